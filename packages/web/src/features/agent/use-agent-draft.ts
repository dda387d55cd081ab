import { FlotillaError, type Agent, type Json } from "@flotilla/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import { client } from "../../data/client.ts";
import { problemAt, readDraft, withValue, type DraftProblem } from "./agent-draft.ts";
import type { SpecPath } from "./agent-schema.ts";
import { keptTextKey, type KeptText } from "./kept-text.ts";

export type DraftEdit = ReturnType<typeof useAgentDraft>;

interface Base {
  /** The version that is changed; null: there is no such agent yet. */
  agent: Agent | null;
  /** What there was before anything was changed. */
  text: string;
}

/** How long somebody has to stop writing before the platform is asked what it makes of it. */
const settledMs = 500;

/** An agent that is being written, and what becomes of it. */
export function useAgentDraft(agent: Agent | null, start: string) {
  const [base, setBase] = useState<Base>({ agent, text: start });
  const [text, setText] = useState(start);
  const [note, setNote] = useState("");
  const draft = useMemo(() => readDraft(text), [text]);
  const problems = useProblems(draft, base.agent?.name);
  const set = useCallback(
    (path: SpecPath, value: Json | undefined) => setText((old) => withValue(old, path, value)),
    [],
  );
  const save = useSave({ base, note, draft }, (saved) => {
    setBase({ agent: saved, text });
    setNote("");
  });
  return {
    ...{ draft, problems, set, setText, note, setNote, save },
    base: base.agent,
    isChanged: text !== base.text,
    isTaken: save.error instanceof FlotillaError && save.error.code === "precondition",
    /** Gives up what was written. */
    drop: () => {
      setText(base.text);
      save.reset();
    },
    /** What was written is meant for another version than before. */
    rebase: (newest: Agent | null) => {
      setBase({ agent: newest, text: base.text });
      save.reset();
    },
    /** Another version is written on, in the place of this one. */
    take: (newest: Agent, newestText: string) => {
      setBase({ agent: newest, text: newestText });
      setText(newestText);
      save.reset();
    },
  };
}

/** What is wrong by the schema; where nothing is, what the platform would refuse it for. */
function useProblems(
  draft: ReturnType<typeof readDraft>,
  name: string | undefined,
): readonly DraftProblem[] {
  const [spec] = useDebouncedValue(draft.spec, settledMs);
  const isOther = name !== undefined && draft.spec !== null && draft.spec.name !== name;
  const { data } = useQuery({
    queryKey: ["agent-check", spec],
    queryFn: () => (spec ? client.agents.check(spec) : { problems: [] }),
    enabled: spec !== null,
    staleTime: 5_000,
  });
  return useMemo(() => {
    if (draft.problems.length > 0) return draft.problems;
    if (isOther) {
      const message = `An agent keeps its name: ${name}. Duplicate it to have one of another name.`;
      return [problemAt(draft.text, ["name"], message)];
    }
    if (!data || spec !== draft.spec) return [];
    return data.problems.map(({ path, message }) =>
      problemAt(draft.text, path === "" ? [] : path.split("."), message),
    );
  }, [draft, data, spec, isOther, name]);
}

interface Saved {
  base: Base;
  note: string;
  draft: ReturnType<typeof readDraft>;
}

function useSave({ base, note, draft }: Saved, onSaved: (agent: Agent) => void) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      if (!draft.spec) throw new FlotillaError("invalid_request", "It is not complete yet.");
      return client.agents.apply(draft.spec, {
        ...(note.trim() && { note: note.trim() }),
        onVersion: base.agent?.version ?? 0,
      });
    },
    onSuccess: async (agent) => {
      const kept: KeptText = { version: agent.version, text: draft.text };
      cache.setQueryData(keptTextKey(agent.name), kept);
      onSaved(agent);
      await cache.invalidateQueries({ queryKey: ["agents"] });
    },
  });
}
