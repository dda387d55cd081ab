import { Group, Select, Switch, Textarea, TextInput } from "@mantine/core";
import type { ConnectionDraft } from "./connection-draft.ts";
import type { DraftFieldsProps } from "../../components/draft-fields.ts";
import { ServerFields } from "./server-fields.tsx";

/** Where it is, by its kind. */
export function KindFields(props: DraftFieldsProps<ConnectionDraft>) {
  const { kind } = props.draft;
  return (
    <>
      {kind === "mail" && <MailFields {...props} />}
      {kind === "calendar" && (
        <UrlField {...props} placeholder="https://dav.example.com/ann/" isNeeded />
      )}
      {kind === "database" && <DatabaseFields {...props} />}
      {kind === "search" && <SearchFields {...props} />}
      {kind !== "search" && <AuthorityField {...props} />}
    </>
  );
}

function MailFields({ draft, problems, onChange }: DraftFieldsProps<ConnectionDraft>) {
  return (
    <>
      <Group grow align="start">
        <TextInput
          label="Address"
          placeholder="support@example.com"
          value={draft.address}
          error={problems["settings.address"]}
          onChange={({ currentTarget: { value } }) => onChange({ address: value })}
        />
        <TextInput
          label="Display name"
          placeholder="Example support"
          value={draft.sender}
          error={problems["settings.sender"]}
          onChange={({ currentTarget: { value } }) => onChange({ sender: value })}
        />
      </Group>
      <ServerFields
        label="Reading (IMAP)"
        placeholder="imap.example.com"
        server={draft.imap}
        problems={problems}
        path="settings.imap"
        onChange={(imap) => onChange({ imap })}
      />
      <ServerFields
        label="Sending (SMTP)"
        placeholder="none: nothing can be sent"
        server={draft.smtp}
        problems={problems}
        path="settings.smtp"
        onChange={(smtp) => onChange({ smtp })}
      />
    </>
  );
}

function DatabaseFields({ draft, problems, onChange }: DraftFieldsProps<ConnectionDraft>) {
  return (
    <>
      <ServerFields
        label="Postgres server"
        placeholder="db.example.com"
        server={draft.server}
        problems={problems}
        path="settings"
        hasStartTls={false}
        onChange={(server) => onChange({ server })}
      />
      <TextInput
        label="Database"
        value={draft.database}
        error={problems["settings.database"]}
        onChange={({ currentTarget: { value } }) => onChange({ database: value })}
      />
      <Switch
        label="Tools may change what is in it"
        checked={draft.writable}
        onChange={({ currentTarget: { checked } }) => onChange({ writable: checked })}
      />
    </>
  );
}

const services = [
  { value: "searxng", label: "SearXNG, your own" },
  { value: "brave", label: "Brave Search" },
  { value: "tavily", label: "Tavily" },
];

function SearchFields(props: DraftFieldsProps<ConnectionDraft>) {
  const { draft, onChange } = props;
  return (
    <>
      <Select
        label="Service"
        allowDeselect={false}
        data={services}
        value={draft.service}
        onChange={(next) =>
          onChange({ service: (next ?? "searxng") as ConnectionDraft["service"] })
        }
      />
      <UrlField
        {...props}
        placeholder={draft.service === "searxng" ? "https://searx.example.com" : "as usual"}
        isNeeded={draft.service === "searxng"}
      />
    </>
  );
}

interface UrlFieldProps extends DraftFieldsProps<ConnectionDraft> {
  placeholder: string;
  isNeeded: boolean;
}

function UrlField({ draft, problems, onChange, placeholder, isNeeded }: UrlFieldProps) {
  return (
    <TextInput
      label="Address of the server"
      type="url"
      placeholder={placeholder}
      required={isNeeded}
      value={draft.url}
      error={problems["settings.url"]}
      onChange={({ currentTarget: { value } }) => onChange({ url: value })}
    />
  );
}

function AuthorityField({ draft, problems, onChange }: DraftFieldsProps<ConnectionDraft>) {
  return (
    <Textarea
      label="CA certificate (PEM)"
      description="Only for a private certificate authority."
      inputWrapperOrder={["label", "input", "description", "error"]}
      classNames={{ input: "mono" }}
      autosize
      minRows={1}
      maxRows={6}
      value={draft.ca}
      error={problems["settings.ca"]}
      onChange={({ currentTarget: { value } }) => onChange({ ca: value })}
    />
  );
}
