import { triggerSetSchema, type TriggerMade } from "@flotilla/api";
import { triggerNameSchema, type Trigger } from "@flotilla/core";
import { TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { DraftForm, useDraft } from "../../components/draft-form.tsx";
import { problemsOf, type Problems } from "../../components/problems-of.ts";
import { client } from "../../data/client.ts";
import { StartFields } from "../schedule/start-fields.tsx";
import { SourceFields } from "./source-fields.tsx";
import { draftOf, newTrigger, setOf, type TriggerDraft } from "./trigger-draft.ts";
import { triggersQuery } from "./trigger-queries.ts";

interface TriggerFormProps {
  /** The one that is changed; undefined: a new one. */
  trigger: Trigger | undefined;
  onDone: (trigger: TriggerMade) => void;
}

const hookPlaces = "{{trigger.body.x}} stands for a value of what was sent.";
const endedPlaces = "{{ended.output}} and {{ended.status}} stand for those of what has ended.";

export function TriggerForm({ trigger, onDone }: TriggerFormProps) {
  const { draft, fields, submit } = useDraft(
    () => (trigger ? draftOf(trigger) : newTrigger),
    (now) => problemsOfDraft(now, trigger),
  );
  const save = useSave(trigger, onDone);
  const { problems, onChange } = fields;
  return (
    <DraftForm button="Save the trigger" save={save} onSubmit={() => submit(save.mutate)}>
      {!trigger && (
        <TextInput
          label="Name"
          placeholder="on-push"
          data-autofocus
          value={draft.name}
          error={problems[""]}
          onChange={({ currentTarget: { value } }) => onChange({ name: value })}
        />
      )}
      <SourceFields {...fields} isFixed={!!trigger} />
      <StartFields
        draft={draft}
        errors={{
          agent: problems["start.agent"] && "Choose one",
          text: problems["start.input.text"] ?? problems["start.template"],
          rows: problems["start.rows"],
        }}
        places={draft.on === "webhook" ? hookPlaces : endedPlaces}
        onChange={onChange}
      />
    </DraftForm>
  );
}

function problemsOfDraft(draft: TriggerDraft, trigger: Trigger | undefined): Problems {
  const meant = setOf(draft, trigger);
  if ("error" in meant) return { "start.rows": meant.error };
  return {
    ...problemsOf(triggerSetSchema, meant),
    ...problemsOf(triggerNameSchema, draft.name.trim()),
  };
}

function useSave(trigger: Trigger | undefined, onDone: TriggerFormProps["onDone"]) {
  const cache = useQueryClient();
  return useMutation({
    async mutationFn(draft: TriggerDraft) {
      const meant = setOf(draft, trigger);
      if ("error" in meant) return;
      const made = await client.triggers.set(draft.name.trim(), meant);
      await cache.invalidateQueries({ queryKey: triggersQuery.queryKey });
      onDone(made);
    },
  });
}
