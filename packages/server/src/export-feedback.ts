import {
  messageText,
  type FeedbackRecord,
  type FeedbackTarget,
  type Json,
  type Run,
} from "@flotilla/core";
import type { StoreView } from "@flotilla/store";
import { readRun } from "./read-run.ts";

const recordsPerPage = 200;

type Reads = Pick<StoreView, "feedback" | "journal">;
type Filter = Omit<Parameters<StoreView["feedback"]["list"]>[0], "before" | "limit">;

/** Feedback as lines of JSON, newest first, each with the run's input and what was judged. */
export async function* feedbackLines(
  store: Reads,
  filter: Filter,
  isShown: (agent: string) => boolean,
): AsyncGenerator<string> {
  for (let before: string | undefined; ;) {
    const records = await store.feedback.list({ ...filter, before, limit: recordsPerPage });
    const lines: string[] = [];
    for (const record of records) {
      if (isShown(record.agentName)) lines.push(await lineOf(store, record));
    }
    if (lines.length > 0) yield lines.join("");
    if (records.length < recordsPerPage) return;
    before = records.at(-1)?.feedbackId;
  }
}

async function lineOf(store: Reads, record: FeedbackRecord): Promise<string> {
  const { run } = await readRun(store, record.runId);
  const line = { ...record, input: run.input.text, judged: judged(run, record.target) };
  return `${JSON.stringify(line)}\n`;
}

/** What stands there now: the run's output, a model's text, or a tool's result. */
function judged(run: Run, target: FeedbackTarget): Json {
  if (target.kind === "run") return run.status === "completed" ? run.output : null;
  for (const step of run.steps) {
    if (target.kind === "step" && step.kind === "model" && step.step === target.step) {
      return step.message && messageText(step.message);
    }
    if (target.kind === "call" && step.kind === "tool" && step.callId === target.callId) {
      return step.output;
    }
  }
  return null;
}
