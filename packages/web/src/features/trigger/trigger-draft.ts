import type { TriggerSet } from "@flotilla/api";
import type { Trigger } from "@flotilla/core";
import { startDraftOf, templateOf, type StartDraft } from "../schedule/start-draft.ts";

type Ended = "completed" | "failed" | "cancelled";

/** A trigger as its form holds it: everything may be empty or wrong. */
export interface TriggerDraft extends StartDraft {
  name: string;
  on: "webhook" | "run" | "batch";
  scheme: "flotilla" | "github";
  /** Of what ends: its agent's name, and its own. */
  ofAgent: string;
  ofName: string;
  statuses: Ended[];
}

export const newTrigger: TriggerDraft = {
  ...{ name: "", on: "webhook", scheme: "flotilla", ofAgent: "", ofName: "" },
  statuses: ["completed", "failed", "cancelled"],
  ...{ starts: "run", agent: null, text: "", rows: "" },
};

export function draftOf({ name, source, start }: Trigger): TriggerDraft {
  const draft = { ...newTrigger, name, ...startDraftOf(start) };
  if (source.kind === "webhook") return { ...draft, scheme: source.scheme };
  const { of, agent = "", name: ofName = "", statuses } = source;
  return { ...draft, on: of, ofAgent: agent, ofName, statuses };
}

/**
 * What is sent of it, not yet checked; or why its rows are none.
 *
 * @param before the one that is changed: what the form has no field for stays as it was
 */
export function setOf(draft: TriggerDraft, before?: Trigger): TriggerSet | { error: string } {
  const template = templateOf(draft, before?.start);
  if ("error" in template) return template;
  return {
    source: sourceOf(draft, before),
    start: template.start as TriggerSet["start"],
    enabled: before?.enabled ?? true,
  };
}

function sourceOf(draft: TriggerDraft, before: Trigger | undefined): TriggerSet["source"] {
  const { on, scheme, ofAgent, ofName, statuses } = draft;
  if (on !== "webhook") {
    const agent = ofAgent.trim();
    const name = ofName.trim();
    return { kind: "ended", of: on, statuses, ...(agent && { agent }), ...(name && { name }) };
  }
  const kept = before?.source.kind === "webhook" ? before.source : {};
  return { ...kept, kind: "webhook", scheme };
}
