import {
  answerActions,
  askedCall,
  decideTool,
  FlotillaError,
  hiddenCharacters,
  type AccessRule,
  type InterruptAnswer,
  type Json,
  type OpenInterrupt,
  type QuestionForm,
  type Run,
  type ToolPolicy,
  type ToolPort,
} from "@flotilla/core";
import { callHash } from "./call-hash.ts";
import { mayUse } from "./check-tool-use.ts";
import { closedSchema, schemaProblems } from "./output.ts";

/** What decides whether an answer can be given. */
export interface AnswerParts {
  tools: Pick<ToolPort, "list" | "destinations">;
  /** In Unix milliseconds. */
  now: number;
  /** Of the run's organisation. */
  accessRules: readonly AccessRule[];
  toolRules: ToolPolicy;
}

/**
 * Whether this is an answer to what was asked. An approval must be of just what was shown, must hold nothing
 * that a reader cannot see, and must be of what the rules allow the run now.
 *
 * Throws `invalid_request` (not an answer to this, hidden characters, or nothing changed), `precondition` (a hash of something
 * else), `tool_input_invalid` (edited so that it does not fit the tool) or `forbidden` (the rules deny the call).
 */
export function checkAnswer(
  parts: AnswerParts,
  { run, interrupt }: { run: Run; interrupt: OpenInterrupt },
  answer: InterruptAnswer,
): void {
  const takes = answerActions[interrupt.kind];
  if (!takes.includes(answer.action)) {
    const message = `Interrupt ${interrupt.interruptId} takes ${takes.join(", ")}; not ${answer.action}.`;
    throw new FlotillaError("invalid_request", message);
  }
  if (answer.action === "done") checkOutcome(parts, run, interrupt, answer.output);
  if (answer.action === "reply" && interrupt.kind === "question") {
    checkReply(interrupt.form, answer.value);
  }
  if (answer.action !== "approve" && answer.action !== "edit") return;
  if (!("hash" in interrupt) || interrupt.hash !== answer.hash) throw otherHash(interrupt);
  if (interrupt.kind !== "approval") return;
  const { tool, input, hash } = interrupt;
  if (callHash(tool, input) !== hash) throw otherHash(interrupt);
  if (answer.action === "edit") checkEdit(parts, interrupt, answer.input);
  else checkVisible(input, "The arguments", "Edit the arguments, or reject the call.");
  checkRules(parts, run, { tool, input: answer.action === "edit" ? answer.input : input });
}

function otherHash({ interruptId }: OpenInterrupt): FlotillaError {
  const message = `The hash is not of what interrupt ${interruptId} asks to be approved.`;
  return new FlotillaError("precondition", message, {
    remedy: "Look at it again, and answer with the hash that is shown there.",
  });
}

function checkVisible(input: Json, what: string, remedy: string): void {
  const found = hiddenCharacters(input);
  const [first] = found;
  if (!first) return;
  const where = `${first.character} at ${first.path || "/"}, which ${first.what}`;
  const more = found.length > 1 ? `, and ${found.length - 1} more` : "";
  const message = `${what} hold characters that hide what they say: ${where}${more}.`;
  throw new FlotillaError("invalid_request", message, { remedy });
}

function checkEdit(
  { tools }: AnswerParts,
  { tool: name, hash }: Extract<OpenInterrupt, { kind: "approval" }>,
  input: Json,
): void {
  if (callHash(name, input) === hash) {
    throw new FlotillaError("invalid_request", "The edit changes nothing.", {
      remedy: "Approve the call, or change its arguments.",
    });
  }
  checkVisible(input, "The edited arguments", "Take the characters out.");
  const tool = tools.list().find((one) => one.name === name);
  if (!tool) {
    throw new FlotillaError(
      "unknown_tool",
      `There is no tool ${name} any more to edit a call of.`,
      {
        remedy: "Reject the call.",
      },
    );
  }
  // Fields that the schema does not name are not the tool's: a reader would take them for something.
  const problems = schemaProblems(closedSchema(tool.input), input);
  if (problems.length === 0) return;
  throw new FlotillaError(
    "tool_input_invalid",
    `The edited arguments do not fit ${name}: ${problems.join("; ")}.`,
    { remedy: `Give arguments of its input schema; flotilla tool show ${name} prints it.` },
  );
}

function checkRules(parts: AnswerParts, run: Run, call: { tool: string; input: Json }): void {
  const { tool } = call;
  const access = mayUse(run, parts.accessRules, "tools.use", tool);
  const asked = askedCall(run, call, parts.tools, parts.now);
  const { effect, reason } = decideTool(asked, parts.toolRules);
  const denied = access.allowed ? effect === "deny" && reason : access.reason;
  if (denied === false) return;
  throw new FlotillaError("forbidden", `The call of ${tool} may not be made: ${denied}.`, {
    remedy: "Reject it, or have an owner or admin change the rules.",
  });
}

function checkOutcome(
  { tools }: AnswerParts,
  run: Run,
  interrupt: OpenInterrupt,
  output: Json,
): void {
  const callId = "callId" in interrupt ? interrupt.callId : undefined;
  const call = run.steps.find((step) => step.kind === "tool" && step.callId === callId);
  const name = call?.kind === "tool" ? call.tool : undefined;
  const tool = tools.list().find((one) => one.name === name);
  const problems = tool ? schemaProblems(tool.output, output) : [];
  if (problems.length === 0) return;
  throw new FlotillaError(
    "invalid_request",
    `The result is not one that ${name} answers: ${problems.join("; ")}.`,
    { remedy: `Give a result of its output schema; flotilla tool show ${name} prints it.` },
  );
}

function checkReply(form: QuestionForm, value: Json): void {
  const problems = replyProblems(form, value);
  if (problems.length === 0) return;
  throw new FlotillaError("invalid_request", `The reply does not fit: ${problems.join("; ")}.`, {
    remedy: "Reply as the question's form says.",
  });
}

function replyProblems(form: QuestionForm, value: Json): string[] {
  switch (form.kind) {
    case "text":
      return typeof value === "string" && value.trim() !== "" ? [] : ["a text is asked for"];
    case "schema":
      return schemaProblems(form.schema, value);
    case "choice": {
      const chosen = form.multiple && Array.isArray(value) ? value : [value];
      const isOf = chosen.every((one) => form.options.some((option) => option === one));
      const isOnce = new Set(chosen).size === chosen.length;
      const isKind = form.multiple === Array.isArray(value);
      const what = form.multiple ? "a list of some of" : "one of";
      return isOf && isOnce && isKind ? [] : [`${what} ${form.options.join(", ")} is asked for`];
    }
  }
}
