import type { ToolStep } from "@flotilla/core";
import { Select, Stack, Text, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { agentVersionsQuery } from "../agent/agent-queries.ts";
import { modelsQuery } from "../model/model-queries.ts";
import type { ChangeDraft } from "./change-draft.ts";

interface ChangeFieldsProps {
  /** undefined: of several agents, so that no version can be chosen. */
  agentName: string | undefined;
  /** The version it would go on with. */
  agentVersion?: number | undefined;
  /** Those whose results may be given otherwise. */
  calls?: readonly ToolStep[] | undefined;
  /** What it was asked; left out where that cannot be changed. */
  message?: string | undefined;
  draft: ChangeDraft;
  onChange: (draft: ChangeDraft) => void;
}

/** What a fork or a replay does otherwise. */
export function ChangeFields(props: ChangeFieldsProps) {
  const { agentName, agentVersion, calls = [], message, draft, onChange } = props;
  const models = useQuery({ ...modelsQuery, refetchInterval: false });
  const change = (part: Partial<ChangeDraft>) => onChange({ ...draft, ...part });
  return (
    <Stack gap="sm">
      {agentName !== undefined && (
        <VersionField
          agentName={agentName}
          placeholder={agentVersion === undefined ? "as it was" : `${agentVersion}, as it was`}
          value={draft.agentVersion}
          onChange={(version) => change({ agentVersion: version })}
        />
      )}
      <Select
        label="Model"
        placeholder="as the agent says"
        clearable
        searchable
        data={(models.data?.items ?? []).map(({ model }) => model)}
        value={draft.model}
        onChange={(model) => change({ model })}
      />
      <Textarea
        label="Instructions"
        placeholder="as the agent says"
        autosize
        minRows={1}
        maxRows={8}
        value={draft.instructions}
        onChange={(event) => change({ instructions: event.currentTarget.value })}
      />
      {message !== undefined && (
        <Textarea
          label="What it is asked"
          placeholder={message.slice(0, 200)}
          autosize
          minRows={1}
          maxRows={8}
          value={draft.message}
          onChange={(event) => change({ message: event.currentTarget.value })}
        />
      )}
      {calls.length > 0 && <ResultFields calls={calls} draft={draft} onChange={change} />}
    </Stack>
  );
}

interface VersionFieldProps {
  agentName: string;
  placeholder: string;
  value: number | null;
  onChange: (version: number | null) => void;
}

function VersionField({ agentName, placeholder, value, onChange }: VersionFieldProps) {
  const { data } = useQuery(agentVersionsQuery(agentName));
  return (
    <Select
      label="Version of the agent"
      placeholder={placeholder}
      clearable
      data={(data?.items ?? []).map(({ version }) => String(version))}
      value={value === null ? null : String(value)}
      onChange={(version) => onChange(version === null ? null : Number(version))}
    />
  );
}

interface ResultFieldsProps {
  calls: readonly ToolStep[];
  draft: ChangeDraft;
  onChange: (part: Partial<ChangeDraft>) => void;
}

function ResultFields({ calls, draft, onChange }: ResultFieldsProps) {
  return (
    <details>
      <summary>
        <Text span size="sm" fw={500}>
          Results of tool calls
        </Text>{" "}
        <Text span size="sm" c="dimmed">
          ({calls.length})
        </Text>
      </summary>
      <Stack gap="sm" mt="sm">
        {calls.map((call) => (
          <Textarea
            key={call.callId}
            label={`${call.tool} ${call.callId}`}
            description={JSON.stringify(call.input).slice(0, 160)}
            placeholder={JSON.stringify(call.error?.message ?? call.output).slice(0, 200)}
            autosize
            minRows={1}
            maxRows={8}
            classNames={{ input: "mono" }}
            value={draft.toolResults[call.callId] ?? ""}
            onChange={(event) =>
              onChange({
                toolResults: { ...draft.toolResults, [call.callId]: event.currentTarget.value },
              })
            }
          />
        ))}
      </Stack>
    </details>
  );
}
