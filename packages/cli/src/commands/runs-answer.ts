import { isCancel, select, text } from "@clack/prompts";
import {
  FlotillaError,
  type EffectAnswer,
  type Json,
  type OpenInterrupt,
  type Run,
} from "@flotilla/core";
import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { Interrupted } from "../interrupt.ts";
import { UsageError } from "../usage.ts";

const args = {
  run: { type: "positional", description: "Id of the run", required: true },
  interrupt: {
    type: "positional",
    required: false,
    description: "Id of what it waits for; not needed when there is one",
  },
  done: {
    type: "string",
    valueHint: "json",
    description: "The call took effect, with this output",
  },
  redo: { type: "boolean", description: "The call did not take effect: run it again" },
  fail: { type: "string", valueHint: "reason", description: "Tell the model that the call failed" },
  ...globalArgs,
} as const;

export const answer = defineCommand({
  meta: { name: "answer", description: "Say what became of a tool call whose outcome is unknown" },
  args,
  async run({ args: given }) {
    const { client, terminal } = connect(given);
    const ready = givenAnswer(given);
    if (!ready && !terminal.interactive) {
      throw new UsageError(
        "There is no answer.",
        "Give one of --done <json>, --redo, --fail <reason>.",
      );
    }
    const run = await client.runs.get(given.run);
    const interrupt = openInterrupt(run, given.interrupt);
    const result = await client.runs.answer(
      run.runId,
      interrupt.interruptId,
      ready ?? (await askAnswer(interrupt)),
    );
    if (terminal.json) terminal.document(result);
    else terminal.print(`Answered. Follow the run: flotilla runs follow ${run.runId}`);
  },
});

/** The answer in the options; undefined without one. Throws UsageError for more than one. */
export function givenAnswer(options: {
  done?: string | undefined;
  redo?: boolean | undefined;
  fail?: string | undefined;
}): EffectAnswer | undefined {
  const answers: EffectAnswer[] = [];
  if (options.done !== undefined) answers.push({ action: "done", output: parseJson(options.done) });
  if (options.redo) answers.push({ action: "redo" });
  if (options.fail !== undefined) answers.push({ action: "fail", reason: options.fail });
  if (answers.length > 1) throw new UsageError("Give only one of --done, --redo and --fail.");
  return answers[0];
}

function parseJson(value: string): Json {
  try {
    return JSON.parse(value) as Json;
  } catch {
    throw new UsageError(`--done takes JSON, not ${value}.`, `For text write '"text"'.`);
  }
}

function openInterrupt(run: Run, id: string | undefined): OpenInterrupt {
  const { interrupts } = run;
  const names = interrupts.map((one) => one.interruptId).join(", ");
  if (interrupts.length === 0) {
    throw new FlotillaError(
      "conflict",
      `Run ${run.runId} waits for no answer; it is ${run.status}.`,
    );
  }
  const found = id === undefined ? interrupts : interrupts.filter((one) => one.interruptId === id);
  if (found.length === 1) return found[0] as OpenInterrupt;
  throw new UsageError(
    id === undefined ? "The run waits for several answers." : `The run does not wait for ${id}.`,
    `Name one: ${names}.`,
  );
}

async function askAnswer(interrupt: OpenInterrupt): Promise<EffectAnswer> {
  const action = await select({
    message: interrupt.prompt,
    options: [
      { value: "done", label: "It took effect", hint: "you give its output" },
      { value: "redo", label: "It did not: run it again" },
      { value: "fail", label: "Tell the model that it failed" },
    ],
  });
  if (isCancel(action)) throw new Interrupted();
  if (action === "redo") return { action };
  const wanted = action === "done" ? "Its output, as JSON" : "Why it failed";
  const words = await text({ message: wanted });
  if (isCancel(words)) throw new Interrupted();
  return action === "done"
    ? { action, output: parseJson(words) }
    : { action: "fail", reason: words };
}
