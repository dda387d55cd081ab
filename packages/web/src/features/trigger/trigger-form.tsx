import { triggerSetSchema, type TriggerMade } from "@flotilla/api";
import { triggerNameSchema, type Trigger } from "@flotilla/core";
import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ErrorPanel } from "../../components/error-panel.tsx";
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
  const [draft, setDraft] = useState(() => (trigger ? draftOf(trigger) : newTrigger));
  const [wasTried, setTried] = useState(false);
  const { save, problems } = useSave(draft, trigger, onDone);
  const shown: Problems = wasTried ? problems : {};
  const change = (part: Partial<TriggerDraft>) => setDraft((old) => ({ ...old, ...part }));
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (Object.keys(problems).length === 0) save.mutate();
      }}
    >
      <Stack gap="md">
        {!trigger && (
          <TextInput
            label="Name"
            placeholder="on-push"
            data-autofocus
            value={draft.name}
            error={shown[""]}
            onChange={({ currentTarget: { value } }) => change({ name: value })}
          />
        )}
        <SourceFields draft={draft} problems={shown} onChange={change} isFixed={!!trigger} />
        <StartFields
          draft={draft}
          errors={{
            agent: shown["start.agent"] && "Choose one",
            text: shown["start.input.text"] ?? shown["start.template"],
            rows: shown["start.rows"],
          }}
          places={draft.on === "webhook" ? hookPlaces : endedPlaces}
          onChange={change}
        />
        {save.error && <ErrorPanel error={save.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={save.isPending}>
            Save the trigger
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function useSave(
  draft: TriggerDraft,
  trigger: Trigger | undefined,
  onDone: TriggerFormProps["onDone"],
) {
  const cache = useQueryClient();
  const meant = setOf(draft, trigger);
  const problems: Problems =
    "error" in meant
      ? { "start.rows": meant.error }
      : {
          ...problemsOf(triggerSetSchema, meant),
          ...problemsOf(triggerNameSchema, draft.name.trim()),
        };
  const save = useMutation({
    async mutationFn() {
      if ("error" in meant) return;
      const made = await client.triggers.set(draft.name.trim(), meant);
      await cache.invalidateQueries({ queryKey: triggersQuery.queryKey });
      onDone(made);
    },
  });
  return { save, problems };
}
