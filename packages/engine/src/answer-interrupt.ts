import {
  FlotillaError,
  type EffectAnswer,
  type EngineStore,
  type Run,
  type ToolPort,
} from "@flotilla/core";
import { schemaProblems } from "./output.ts";

export interface Answer {
  run: Run;
  interruptId: string;
  by: string;
  answer: EffectAnswer;
}

/**
 * Answers an interrupt of a waiting run; after the last one the run goes on.
 *
 * Throws `not_found`, `conflict` when it was already answered, or `invalid_request` when
 * the result a person gives does not fit what the tool answers.
 */
export async function answerInterrupt(
  store: { runs: Pick<EngineStore["runs"], "answer"> },
  tools: Pick<ToolPort, "list">,
  { run, interruptId, by, answer }: Answer,
): Promise<void> {
  if (answer.action === "done") {
    const open = run.interrupts.find((one) => one.interruptId === interruptId);
    const callId = open && "callId" in open ? open.callId : undefined;
    const call = run.steps.find((step) => step.kind === "tool" && step.callId === callId);
    const name = call?.kind === "tool" ? call.tool : undefined;
    const tool = tools.list().find((one) => one.name === name);
    const problems = tool ? schemaProblems(tool.output, answer.output) : [];
    if (problems.length > 0) {
      throw new FlotillaError(
        "invalid_request",
        `The result is not one that ${name} answers: ${problems.join("; ")}.`,
        { remedy: `Give a result of its output schema; flotilla tool show ${name} prints it.` },
      );
    }
  }
  await store.runs.answer(run.runId, { type: "interrupt.answered", interruptId, by, answer });
}
