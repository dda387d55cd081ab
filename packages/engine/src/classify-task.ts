import { userMessage, type RouteRules } from "@flotilla/core";
import type { Segment } from "./segment.ts";
import { sideCall, wasAbandoned } from "./side-call.ts";

/**
 * Asks a small model for the class of the run's task. When it fails, or names no class, the task is of
 * none. What it found is staged: it goes into the journal with the step that follows.
 */
export async function classifyTask(
  segment: Segment,
  { model, instructions, classes }: NonNullable<RouteRules["classifier"]>,
): Promise<void> {
  const { journal, spec } = segment;
  const { text } = journal.run.input;
  const answer = await sideCall(segment, { model, instructions, messages: [userMessage(text)] });
  if (wasAbandoned(segment, answer)) return;
  journal.stage({
    type: "task.classified",
    route: spec.model,
    taskClass: "text" in answer ? namedIn(answer.text, classes) : null,
    ...(answer.call && { call: answer.call }),
    ...("error" in answer && { error: answer.error.toRecord() }),
  });
}

/** The only class that an answer names; null when it names none or several. */
export function namedIn(text: string, classes: readonly string[]): string | null {
  const said = text.trim().toLowerCase();
  if (classes.includes(said)) return said;
  const words = new Set(said.match(/[a-z0-9-]+/g));
  const named = classes.filter((name) => words.has(name));
  return named.length === 1 ? (named[0] ?? null) : null;
}
