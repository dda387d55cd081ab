import type { ToolRuleAdd } from "@flotilla/api";
import {
  environments,
  environmentSchema,
  toolEffects,
  toolEffectSchema,
  type ToolConditions,
  type ToolRule,
} from "@flotilla/core";
import { Button, Group, SegmentedControl, Select, Stack, Switch, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { client } from "../../data/client.ts";
import { useRefreshPolicy } from "./policy-queries.ts";
import { WhenFields } from "./when-fields.tsx";

interface RuleFormProps {
  /** Left out: a new one. */
  rule?: ToolRule | undefined;
  onDone: () => void;
}

type Draft = ToolRuleAdd & { when: ToolConditions | null };

/** Writes a rule. What it would break is said instead of saving it. */
export function RuleForm({ rule, onDone }: RuleFormProps) {
  const [draft, setDraft] = useState<Draft>(() => draftOf(rule));
  const [isReadable, setReadable] = useState(true);
  const refresh = useRefreshPolicy();
  const save = useMutation({
    mutationFn: () =>
      rule ? client.toolRules.change(rule.id, draft) : client.toolRules.add(draft),
    onSuccess: async () => {
      await refresh();
      onDone();
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack gap="md">
        <PlaceFields draft={draft} onChange={setDraft} />
        <WhenFields
          when={draft.when}
          onChange={(when) => setDraft({ ...draft, when })}
          onReadable={setReadable}
        />
        <TextInput
          label="Note"
          description="Why there is such a rule."
          value={draft.note ?? ""}
          onChange={({ currentTarget: { value } }) => setDraft({ ...draft, note: value || null })}
        />
        <Switch
          label="In force"
          checked={draft.enabled ?? true}
          onChange={({ currentTarget: { checked } }) => setDraft({ ...draft, enabled: checked })}
        />
        {save.error && <ErrorPanel error={save.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={save.isPending} disabled={!isReadable}>
            {rule ? "Save the rule" : "Add the rule"}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function draftOf(rule: ToolRule | undefined): Draft {
  if (!rule) return { effect: "ask", tool: "", agent: null, environment: null, when: null };
  const { effect, tool, agent, runId, environment, when, note, enabled } = rule;
  return { effect, tool, agent, runId, environment, when, note, enabled };
}

interface FieldsProps {
  draft: Draft;
  onChange: (draft: Draft) => void;
}

/** What it does, and of which calls. */
function PlaceFields({ draft, onChange }: FieldsProps) {
  return (
    <>
      <SegmentedControl
        size="xs"
        aria-label="Effect"
        data={[...toolEffects]}
        value={draft.effect}
        onChange={(effect) => onChange({ ...draft, effect: toolEffectSchema.parse(effect) })}
      />
      <Group grow align="start">
        <TextInput
          label="Tool"
          description="* stands for any text"
          required
          value={draft.tool}
          onChange={({ currentTarget: { value } }) => onChange({ ...draft, tool: value })}
        />
        <TextInput
          label="Agent"
          description={draft.runId ? `of the run ${draft.runId}` : "every one, if left empty"}
          disabled={Boolean(draft.runId)}
          value={draft.agent ?? ""}
          onChange={({ currentTarget: { value } }) => onChange({ ...draft, agent: value || null })}
        />
        <Select
          label="Environment"
          description="all, if left empty"
          clearable
          data={[...environments]}
          value={draft.environment ?? null}
          onChange={(next) =>
            onChange({
              ...draft,
              environment: next === null ? null : environmentSchema.parse(next),
            })
          }
        />
      </Group>
    </>
  );
}
