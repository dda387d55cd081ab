import { Anchor, Group, NativeSelect, Switch, TextInput } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { useState } from "react";
import type { DraftFieldsProps } from "../../components/draft-fields.ts";
import type { ServerDraft } from "./server-draft.ts";

const algorithms = ["ES256", "ES384", "RS256", "PS256"];

/** Seldom needed: the platform finds out by itself how to sign in, and registers itself. */
export function SignInFields({ draft, problems, onChange }: DraftFieldsProps<ServerDraft>) {
  const { clientId, credential, signs, asClient, scope } = draft;
  const [isOpen, setOpen] = useState(clientId !== "" || scope !== "");
  if (!isOpen) {
    return (
      <Anchor component="button" type="button" size="sm" ta="left" onClick={() => setOpen(true)}>
        <Group gap={4} component="span">
          <IconChevronRight size={14} aria-hidden />
          Use a registered OAuth client
        </Group>
      </Anchor>
    );
  }
  return (
    <>
      <TextInput
        label="Client id"
        description="As it was registered at its authorization server."
        value={clientId}
        error={problems["clientId"]}
        onChange={({ currentTarget: { value } }) => onChange({ clientId: value })}
      />
      <TextInput
        label="Credential"
        description="It holds the client's secret or private key, and is a login at the host of the token endpoint."
        value={credential}
        error={problems["credential"]}
        onChange={({ currentTarget: { value } }) => onChange({ credential: value })}
      />
      <NativeSelect
        label="What the credential is"
        value={signs}
        onChange={({ currentTarget: { value } }) => onChange({ signs: value })}
        data={[
          { value: "", label: "a secret" },
          ...algorithms.map((one) => ({ value: one, label: `a private key for ${one}` })),
        ]}
      />
      <TextInput
        label="Scope"
        description="What is asked for; otherwise what the server says."
        value={scope}
        error={problems["scope"]}
        onChange={({ currentTarget: { value } }) => onChange({ scope: value })}
      />
      <Switch
        label="Nobody signs in: the platform does by itself, as this client"
        checked={asClient}
        onChange={({ currentTarget: { checked } }) => onChange({ asClient: checked })}
      />
      {asClient && <IdentityFields {...{ draft, problems, onChange }} />}
    </>
  );
}

const identityFields = [
  ["idp", "Acts for somebody of", "A company's identity provider; left empty, it acts for itself."],
  ["idpClientId", "Client id there", "This platform, as that provider knows it."],
  [
    "idpCredential",
    "Credential there",
    "It holds the client's secret at that provider, if it has one.",
  ],
  ["identity", "Identity token", "The credential that holds it, a login at that provider's host."],
] as const;

/** Whom a client that signs in by itself acts for: what follows is asked once the provider is named. */
function IdentityFields({ draft, problems, onChange }: DraftFieldsProps<ServerDraft>) {
  const shown = draft.idp.trim() === "" ? identityFields.slice(0, 1) : identityFields;
  return shown.map(([field, label, description]) => (
    <TextInput
      key={field}
      {...{ label, description }}
      value={draft[field]}
      error={problems[field]}
      onChange={({ currentTarget: { value } }) => onChange({ [field]: value })}
    />
  ));
}
