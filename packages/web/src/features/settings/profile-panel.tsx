import { Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Line, Section } from "../../components/section.tsx";
import { useMe } from "../../data/me.ts";
import { accountQuery } from "./account-queries.ts";
import { NameForm } from "./name-form.tsx";
import { PasswordPanel } from "./password-panel.tsx";
import { PreferencesPanel } from "./preferences-panel.tsx";
import { SecondFactorPanel } from "./second-factor-panel.tsx";
import { SessionList } from "./session-list.tsx";

/** Oneself: name, what one likes, and the ways in. */
export function ProfilePanel() {
  const me = useMe();
  return (
    <Stack gap={28} maw={720}>
      {me?.signIn === "none" && (
        <Section title="You">
          <Line>
            <Text size="sm" c="dimmed" py={6}>
              This server asks nobody to sign in: whoever reaches it is its operator. Set signIn:
              required in flotilla.yaml, and everybody has an account of his own.
            </Text>
          </Line>
        </Section>
      )}
      {me?.signIn === "required" && <AccountPanels />}
      <PreferencesPanel />
    </Stack>
  );
}

function AccountPanels() {
  const { data, error, refetch } = useQuery(accountQuery);
  if (!data) {
    return error ? (
      <ErrorPanel error={error} onRetry={() => void refetch()} />
    ) : (
      <Skeleton height={240} aria-busy="true" aria-label="Loading the account" />
    );
  }
  return (
    <>
      <NameForm account={data} />
      <PasswordPanel />
      <SecondFactorPanel isOn={data.user.twoFactorEnabled === true} />
      <SessionList current={data.session.token} />
    </>
  );
}
