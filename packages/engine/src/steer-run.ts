import {
  artifactTool,
  FlotillaError,
  documentTool,
  hasArtifacts,
  hasDocuments,
  historySteps,
  toolCalls,
  type AgentSpec,
  type AssistantMessage,
  type EventOf,
  type Json,
  type Run,
  type ToolCallPart,
  type ToolPort,
} from "@flotilla/core";
import { nextAction } from "./next-action.ts";
import { checkOutput, schemaProblems } from "./output.ts";

/** A call as a person writes it; its id is given by us. */
export interface WrittenCall {
  tool: string;
  input: Json;
}

type Tools = Pick<ToolPort, "list">;

/**
 * The model's turn as a person writes it, for a paused run whose model is next: its calls are made, or its text is the
 * answer, once the run is resumed.
 *
 * Throws `conflict` when the model is not next, `unknown_tool`, or `invalid_request` for what does not fit a tool's or
 * the answer's schema.
 *
 * @param spec the agent as it is for the run
 * @param now Unix milliseconds
 */
export function writtenTurn(
  run: Run,
  spec: AgentSpec,
  tools: Tools,
  given: { text: string; calls: readonly WrittenCall[]; by: string },
  now: number,
): EventOf<"step.written"> {
  requireModelNext(run, spec, now);
  const { text, calls, by } = given;
  const step = run.stepCount + 1;
  // Ids of calls are counted through the whole conversation.
  const place = historySteps(run.history) + step;
  const parts = calls.map((call, index): ToolCallPart => {
    checkCall(run, spec, tools, call);
    return { type: "tool_call", callId: `c${place}-${index}`, ...call };
  });
  if (calls.length === 0 && spec.output) requireFits("answer", checkOutput(spec.output, text));
  const content: AssistantMessage["content"] = [
    ...(text === "" ? [] : [{ type: "text" as const, text }]),
    ...parts,
  ];
  return { type: "step.written", step, message: { role: "assistant", content }, by };
}

function requireModelNext(run: Run, spec: AgentSpec, now: number): void {
  const { kind } = nextAction(run, spec, now);
  if (kind === "call_model" || kind === "classify_task" || kind === "repair_output") return;
  const [why, remedy] =
    kind === "call_tools" || kind === "ask_person" || kind === "wait_for_children"
      ? [
          "calls of its last turn are open",
          "Perform or answer them first (flotilla runs perform, flotilla inbox), or resume the run.",
        ]
      : ["it has its answer", "Say something to it first: then its model is next."];
  throw new FlotillaError("conflict", `The model of run ${run.runId} is not next: ${why}.`, {
    remedy,
  });
}

/** Throws `unknown_tool` or `invalid_request`. */
function checkCall(run: Run, spec: AgentSpec, tools: Tools, { tool, input }: WrittenCall): void {
  const own = [
    ...spec.tools,
    ...(hasArtifacts(run) ? [artifactTool] : []),
    ...(hasDocuments(run) ? [documentTool] : []),
  ];
  const theirs = run.request?.tools ?? [];
  const known = [...tools.list().filter(({ name }) => own.includes(name)), ...theirs];
  const found = known.find(({ name }) => name === tool);
  if (!found) {
    const names = known.map(({ name }) => name).join(", ") || "none";
    throw new FlotillaError("unknown_tool", `The run has no tool "${tool}". Tools: ${names}.`);
  }
  const problems = schemaProblems(found.input, input);
  if (problems.length > 0) throw invalid(`input of ${tool}`, problems);
}

/**
 * A call of the last turn as a person performs it in the tool's place, for a paused run. It is never made.
 *
 * Throws `not_found`, `conflict` for a call that may be under way or waits for an answer, or `invalid_request` when the
 * result is not one that the tool gives.
 */
export function performedCall(
  run: Run,
  tools: Tools,
  { callId, output, by }: { callId: string; output: Json; by: string },
): EventOf<"call.performed"> {
  const step = run.steps.findLast((one) => one.kind === "model");
  const call = step?.message && toolCalls(step.message).find((one) => one.callId === callId);
  const isCallers = run.request?.tools?.some(({ name }) => name === call?.tool) === true;
  if (!step || !call || isCallers) {
    throw new FlotillaError("not_found", `Run ${run.runId} has no open call ${callId}.`);
  }
  const begun = run.steps.find((one) => one.kind === "tool" && one.callId === callId);
  if (begun?.kind === "tool" && (begun.attempts.length > 0 || begun.status !== "approved")) {
    const message = `Call ${callId} is ${begun.status}: it cannot be performed in the tool's place.`;
    throw new FlotillaError("conflict", message, {
      remedy: "Answer what it asks, if it does; one that was begun may have taken effect.",
    });
  }
  const { tool } = call;
  const info = tools.list().find(({ name }) => name === tool);
  const problems = info ? schemaProblems(info.output, output) : [];
  if (problems.length > 0) throw invalid(`result of ${tool}`, problems);
  // An approved call may have had its arguments changed.
  const input = begun?.kind === "tool" ? begun.input : call.input;
  return { type: "call.performed", step: step.step, callId, tool, input, output, by };
}

function requireFits(what: string, check: ReturnType<typeof checkOutput>): void {
  if (!check.ok) throw invalid(what, check.problems);
}

function invalid(what: string, problems: string[]): FlotillaError {
  const message = `The ${what} does not fit its schema: ${problems.join("; ")}.`;
  return new FlotillaError("invalid_request", message);
}
