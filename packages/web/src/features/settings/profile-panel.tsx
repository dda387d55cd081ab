import { Stack, Text } from "@mantine/core";
import { environmentWords } from "../../app/environment-words.ts";
import { KeyValue } from "../../components/key-value.tsx";
import { roleWords } from "../../components/role.ts";
import { Line, Section } from "../../components/section.tsx";
import { useMe } from "../../data/me.ts";
import { useOrganisationName } from "../../data/organisation.ts";
import { AccountPanel } from "./account-panel.tsx";
import { NameForm } from "./name-form.tsx";

/** Oneself: the name, and what one may here. */
export function ProfilePanel() {
  const me = useMe();
  const organisation = useOrganisationName();
  if (me?.signIn === "none") {
    return (
      <Section title="You">
        <Line>
          <Text size="sm" c="dimmed" py={6}>
            This server asks nobody to sign in: whoever reaches it is its operator. Set signIn:
            required in flotilla.yaml, and everybody has an account of his own.
          </Text>
        </Line>
      </Section>
    );
  }
  return (
    <Stack gap={28}>
      {me?.caller.kind === "user" && (
        <AccountPanel>{(account) => <NameForm account={account} />}</AccountPanel>
      )}
      {me && (
        <Section title="What you may" aside={`in ${organisation}`}>
          <Line>
            <KeyValue
              pairs={[
                ["Role", me.caller.role],
                ["Which means", roleWords[me.caller.role]],
                [
                  "Permissions",
                  `${me.permissions.length} in ${environmentWords[me.caller.environment]}`,
                ],
              ]}
            />
          </Line>
        </Section>
      )}
    </Stack>
  );
}
