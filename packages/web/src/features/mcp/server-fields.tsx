import {
  NumberInput,
  SegmentedControl,
  Switch,
  TagsInput,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useMe } from "../../data/me.ts";
import type { DraftFieldsProps } from "../../components/draft-fields.ts";
import type { ServerDraft } from "./server-draft.ts";
import { SignInFields } from "./sign-in-fields.tsx";

/** Its name, and how it is reached. */
export function ReachFields({
  isNew,
  ...props
}: DraftFieldsProps<ServerDraft> & { isNew: boolean }) {
  const { draft, problems, onChange } = props;
  const role = useMe()?.caller.role;
  const mayRun = role === "owner" || role === "admin";
  return (
    <>
      {isNew && (
        <TextInput
          label="Name"
          description="Its tools are called <name>__<tool>."
          placeholder="github"
          data-autofocus
          value={draft.name}
          error={problems["name"]}
          onChange={({ currentTarget: { value } }) => onChange({ name: value })}
        />
      )}
      {mayRun && (
        <SegmentedControl
          size="xs"
          aria-label="How it is reached"
          data={[
            { value: "http", label: "Over HTTP" },
            { value: "stdio", label: "A program here" },
          ]}
          value={draft.kind}
          onChange={(kind) => onChange({ kind: kind === "stdio" ? "stdio" : "http" })}
        />
      )}
      {draft.kind === "http" ? <HttpFields {...props} /> : <ProgramFields {...props} />}
    </>
  );
}

function HttpFields({ draft, problems, onChange }: DraftFieldsProps<ServerDraft>) {
  return (
    <>
      <TextInput
        label="Address"
        placeholder="https://mcp.example.com/mcp"
        value={draft.url}
        error={problems["url"]}
        onChange={({ currentTarget: { value } }) => onChange({ url: value })}
      />
      <Lines
        label="Headers"
        description="A line each. A secret stands by its name: {{credential:github}}."
        placeholder="authorization: Bearer {{credential:github}}"
        value={draft.headers}
        error={problems["headers"]}
        onChange={(headers) => onChange({ headers })}
      />
      <SignInFields {...{ draft, problems, onChange }} />
    </>
  );
}

/** It runs in a sandbox without a network. */
function ProgramFields({ draft, problems, onChange }: DraftFieldsProps<ServerDraft>) {
  return (
    <>
      <TextInput
        label="Program"
        description="It runs in a sandbox, without a network."
        placeholder="node"
        value={draft.command}
        error={problems["command"]}
        onChange={({ currentTarget: { value } }) => onChange({ command: value })}
      />
      <Lines
        label="Arguments"
        description="A line each."
        placeholder="/opt/mcp/files.js"
        value={draft.args}
        error={problems["args"]}
        onChange={(args) => onChange({ args })}
      />
      <Lines
        label="Environment"
        description="A line each."
        placeholder="MODE=quiet"
        value={draft.env}
        error={problems["env"]}
        onChange={(env) => onChange({ env })}
      />
      <Lines
        label="May read"
        description="Files and folders beside the system's, a line each."
        placeholder="/opt/mcp"
        value={draft.readable}
        error={problems["readable"]}
        onChange={(readable) => onChange({ readable })}
      />
    </>
  );
}

interface LinesProps {
  label: string;
  description: string;
  placeholder: string;
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}

function Lines({ onChange, ...props }: LinesProps) {
  return (
    <Textarea
      {...props}
      autosize
      minRows={1}
      maxRows={8}
      classNames={{ input: "mono" }}
      onChange={({ currentTarget: { value } }) => onChange(value)}
    />
  );
}

/** What its calls may do. */
export function CallFields({ draft, problems, onChange }: DraftFieldsProps<ServerDraft>) {
  return (
    <>
      <TagsInput
        label="Tools that may be used"
        description="By the server's own names; * stands for any text."
        value={draft.tools}
        error={problems["tools"]}
        onChange={(tools) => onChange({ tools })}
      />
      <NumberInput
        label="Seconds that a call may take"
        allowDecimal={false}
        min={1}
        max={3_600}
        value={draft.timeoutSeconds}
        error={problems["timeoutSeconds"]}
        onChange={(next) => typeof next === "number" && onChange({ timeoutSeconds: next })}
      />
      <Switch
        label="It may ask models"
        description="Under the budget of the run whose call it is."
        checked={draft.sampling}
        onChange={({ currentTarget: { checked } }) => onChange({ sampling: checked })}
      />
    </>
  );
}
