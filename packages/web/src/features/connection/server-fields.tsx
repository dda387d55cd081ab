import { Fieldset, Group, NumberInput, Select, TextInput } from "@mantine/core";
import type { Problems } from "../../components/problems-of.ts";
import type { ServerDraft } from "./connection-draft.ts";

interface ServerFieldsProps {
  label: string;
  placeholder: string;
  server: ServerDraft;
  problems: Problems;
  /** Of its fields in the problems. */
  path: string;
  hasStartTls?: boolean;
  onChange: (server: ServerDraft) => void;
}

const securities = [
  { value: "tls", label: "TLS" },
  { value: "starttls", label: "STARTTLS" },
  { value: "none", label: "none (this machine)" },
];

/** A host, its port, and how what is said to it is kept private. */
export function ServerFields(props: ServerFieldsProps) {
  const { label, placeholder, server, problems, path, hasStartTls = true, onChange } = props;
  return (
    <Fieldset
      legend={label}
      variant="unstyled"
      styles={{ root: { margin: 0 }, legend: { marginBottom: 3, fontWeight: 600 } }}
    >
      <Group gap="sm" align="start" wrap="nowrap">
        <TextInput
          aria-label={`Host: ${label}`}
          placeholder={placeholder}
          flex={1}
          value={server.host}
          error={problems[`${path}.host`]}
          onChange={({ currentTarget: { value } }) => onChange({ ...server, host: value.trim() })}
        />
        <NumberInput
          aria-label={`Port: ${label}`}
          w={86}
          hideControls
          allowDecimal={false}
          value={server.port}
          error={problems[`${path}.port`]}
          onChange={(port) => onChange({ ...server, port: Number(port) })}
        />
        <Select
          aria-label={`Security: ${label}`}
          w={160}
          allowDeselect={false}
          data={hasStartTls ? securities : securities.filter(({ value }) => value !== "starttls")}
          value={server.security}
          error={problems[`${path}.security`]}
          onChange={(next) =>
            onChange({ ...server, security: (next ?? "tls") as ServerDraft["security"] })
          }
        />
      </Group>
    </Fieldset>
  );
}
