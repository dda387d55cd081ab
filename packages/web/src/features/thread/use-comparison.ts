import { isTerminal, versionWord, type Run } from "@flotilla/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { notifyError } from "../../components/notify-error.tsx";
import { client } from "../../data/client.ts";
import type { CompareColumn } from "./compare-search.ts";
import type { Said } from "./composer.tsx";

/** The newest answer of a column. */
export interface ColumnAnswer {
  run: Run;
  /** Asks for its events again. */
  resume: () => void;
}

/** What is done to all columns at once: the same is said to each, all are stopped, one is picked. */
export function useComparison(
  columns: readonly CompareColumn[],
  onColumns: (columns: CompareColumn[]) => void,
) {
  const cache = useQueryClient();
  const [answers, setAnswers] = useState<ReadonlyMap<string, ColumnAnswer>>(new Map());
  const noteAnswer = useCallback(
    (threadId: string, answer: ColumnAnswer) =>
      setAnswers((old) => new Map(old).set(threadId, answer)),
    [],
  );
  const shown = columns.flatMap(({ thread }) => (thread ? (answers.get(thread) ?? []) : []));
  const open = shown.filter(({ run }) => !isTerminal(run.status));
  const say = useMutation({
    mutationFn: async (said: Said) =>
      onColumns(await Promise.all(columns.map((one) => sayTo(one, said)))),
    onSettled: () => cache.invalidateQueries({ queryKey: ["threads"] }),
  });
  const stop = useMutation({
    mutationFn: () => Promise.all(open.map(({ run }) => client.runs.cancel(run.runId))),
    onError: notifyError,
  });
  const pick = useMutation({
    mutationFn: (better: Run) =>
      keepPick(
        better,
        shown.map(({ run }) => run),
      ),
    onSettled: () => shown.forEach(({ resume }) => resume()),
    onError: notifyError,
  });
  return { answers, noteAnswer, shown, isAnswering: open.length > 0, say, stop, pick };
}

/** Says it in the column's conversation, which begins with the first message. */
async function sayTo(column: CompareColumn, { text, attachments }: Said): Promise<CompareColumn> {
  const { agent = "", model } = column;
  const thread = column.thread ?? (await client.threads.create({ agent })).id;
  await client.threads.send(thread, {
    text,
    agent,
    attachments: attachments.map(({ send }) => send),
    ...(model !== undefined && { model }),
  });
  return { ...column, thread };
}

/** Which answer was the better one is kept as feedback on each of them. */
async function keepPick(better: Run, all: readonly Run[]): Promise<void> {
  const others = all.filter(({ runId }) => runId !== better.runId);
  const target = { kind: "run" as const };
  await client.feedback.give(better.runId, {
    target,
    rating: 1,
    comment: `Picked over ${others.map(nameOf).join(" and ")} on the same prompt.`,
  });
  await Promise.all(
    others.map(({ runId }) =>
      client.feedback.give(runId, { target, comment: `${nameOf(better)} was picked instead.` }),
    ),
  );
}

function nameOf({ agentName, agentVersion, steps, runId }: Run): string {
  const model = steps.findLast((step) => step.kind === "model")?.model;
  return `${agentName} ${versionWord(agentVersion)}${model ? ` on ${model}` : ""} (${runId})`;
}
