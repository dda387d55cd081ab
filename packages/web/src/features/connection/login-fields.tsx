import { Group, PasswordInput, Select, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMay } from "../../data/me.ts";
import { credentialsQuery } from "../settings/settings-queries.ts";
import type { ConnectionDraft } from "./connection-draft.ts";
import type { DraftFieldsProps } from "../../components/draft-fields.ts";

interface LoginFieldsProps extends DraftFieldsProps<ConnectionDraft> {
  /** There is one already, which can stay. */
  hasLogin: boolean;
}

/** What opens it. */
export function LoginFields(props: LoginFieldsProps) {
  const { draft, problems, hasLogin, onChange } = props;
  const may = useMay();
  const canBeOpen = draft.kind === "calendar" || draft.kind === "search";
  const ways = [
    ...(hasLogin ? [{ value: "kept", label: "The login that it has" }] : []),
    { value: "own", label: hasLogin ? "Another login" : "A login of its own" },
    ...(may("credentials.read") ? [{ value: "credential", label: "A credential" }] : []),
    ...(canBeOpen && !hasLogin ? [{ value: "open", label: "Nothing: it is open to all" }] : []),
  ];
  return (
    <>
      <Select
        label="Opened by"
        allowDeselect={false}
        data={ways}
        value={ways.some(({ value }) => value === draft.login) ? draft.login : "own"}
        onChange={(next) => onChange({ login: (next ?? "own") as ConnectionDraft["login"] })}
      />
      {draft.login === "own" && (
        <Group grow align="start">
          <TextInput
            label="User"
            description="Leave empty for a login by token alone."
            inputWrapperOrder={["label", "input", "description", "error"]}
            autoComplete="off"
            value={draft.user}
            error={problems["login.user"]}
            onChange={({ currentTarget: { value } }) => onChange({ user: value })}
          />
          <PasswordInput
            label="Secret"
            description="Sealed, and never shown again."
            inputWrapperOrder={["label", "input", "description", "error"]}
            autoComplete="off"
            value={draft.secret}
            error={problems["login.secret"]}
            onChange={({ currentTarget: { value } }) => onChange({ secret: value })}
          />
        </Group>
      )}
      {draft.login === "credential" && <CredentialField {...props} />}
    </>
  );
}

function CredentialField({ draft, problems, onChange }: DraftFieldsProps<ConnectionDraft>) {
  const { data } = useQuery(credentialsQuery);
  const fitting = (data?.items ?? []).filter(({ binding }) => binding.login === true);
  return (
    <Select
      label="Credential"
      description="One that may be a login of these servers."
      searchable
      nothingFoundMessage="No credential may be a login"
      data={fitting.map(({ name }) => name)}
      value={draft.credential}
      error={problems["credential"]}
      onChange={(credential) => onChange({ credential })}
    />
  );
}
