import type { Interrupt } from "@flotilla/api";
import {
  answerActions,
  hiddenCharacters,
  intendedPlan,
  mayAnswer,
  visibleJson,
  type Caller,
  type InboxItem,
  type Json,
  type Run,
  type ToolPort,
} from "@flotilla/core";
import type { StoreView } from "@flotilla/store";
import { readRun } from "./read-run.ts";

/** An interrupt with all that is needed to answer it. That the caller may see it was asked before. */
export async function readInterrupt(
  { store, tools, caller }: { store: StoreView; tools: Pick<ToolPort, "list">; caller: Caller },
  item: InboxItem,
): Promise<Interrupt> {
  const { run, events } = await readRun(store, item.runId);
  const ofThis = events.filter(
    (event) => "interruptId" in event && event.interruptId === item.interruptId,
  );
  const raised = ofThis.find((event) => event.type === "interrupt.raised");
  const answered = ofThis.find((event) => event.type === "interrupt.answered");
  const callId = raised && "callId" in raised ? raised.callId : null;
  const call = run.steps.find((step) => step.kind === "tool" && step.callId === callId);
  const toolName = item.tool ?? (call?.kind === "tool" ? call.tool : null);
  const tool = tools.list().find((one) => one.name === toolName);
  const input = raised && "input" in raised ? raised.input : shown(item, run, call);
  return {
    ...item,
    tool: toolName,
    input,
    display: input === null ? null : { text: visibleJson(input), hidden: hiddenCharacters(input) },
    reason: raised?.kind === "approval" ? (raised.reason ?? null) : null,
    decidedBy: raised?.kind === "approval" ? (raised.decidedBy ?? null) : null,
    inputSchema: tool?.input ?? null,
    form: raised?.kind === "question" ? raised.form : null,
    callId,
    planVersion: raised?.kind === "plan_review" ? raised.planVersion : null,
    onExpiry: raised?.onExpiry ?? null,
    answer: answered?.answer ?? null,
    actions: item.state === "open" ? [...answerActions[item.kind]] : [],
    mayAnswer: mayAnswer(caller, item),
  };
}

function shown({ kind }: InboxItem, run: Run, call: Run["steps"][number] | undefined): Json {
  if (kind === "plan_review") return run.plan && intendedPlan(run.plan);
  return call?.kind === "tool" ? call.input : null;
}
