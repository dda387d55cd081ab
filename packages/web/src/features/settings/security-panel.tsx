import { Stack } from "@mantine/core";
import { AccountPanel } from "./account-panel.tsx";
import { PasswordPanel } from "./password-panel.tsx";
import { SecondFactorPanel } from "./second-factor-panel.tsx";

/** The password, and what is asked for after it. */
export function SecurityPanel() {
  return (
    <AccountPanel>
      {({ user }) => (
        <Stack gap={28}>
          <PasswordPanel />
          <SecondFactorPanel isOn={user.twoFactorEnabled === true} />
        </Stack>
      )}
    </AccountPanel>
  );
}
