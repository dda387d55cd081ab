import { readFile } from "node:fs/promises";
import type { InterruptAnswering } from "@flotilla/api";
import type { Json } from "@flotilla/core";
import { defineCommand } from "citty";
import { beSure } from "../be-sure.ts";
import { connect, globalArgs } from "../connection.ts";
import { findInterrupt } from "../find-interrupt.ts";
import { interruptDetails } from "../render/interrupt.ts";
import { choiceOption, UsageError } from "../usage.ts";

export const interruptArgs = {
  interrupt: { type: "positional", description: "Id of the interrupt", required: true },
  run: { type: "string", valueHint: "id", description: "Its run, where two ask the same" },
} as const;

type Given = Parameters<typeof connect>[0] & { interrupt: string; run?: string | undefined };

async function answerWith(given: Given, answer: InterruptAnswering): Promise<void> {
  const { client, terminal } = connect(given);
  const { runId, interruptId } = await findInterrupt(client, given.interrupt, given.run);
  const run = await client.interrupts.answer(runId, interruptId, answer);
  if (terminal.json) terminal.document(run);
  else terminal.print(`Answered. Follow the run: flotilla runs follow ${runId}`);
}

export const approve = defineCommand({
  meta: { name: "approve", description: "Approve a call, or a plan, just as it is shown" },
  args: {
    ...interruptArgs,
    hash: { type: "string", description: "Of what was shown; without it you are shown it now" },
    always: {
      type: "string",
      valueHint: "whose",
      description: "Do not ask again for this tool: in this run, or for this agent",
    },
    ...globalArgs,
  },
  async run({ args }) {
    const always = choiceOption("always", args.always, ["run", "agent"]);
    const { client, terminal } = connect(args);
    let { hash } = args;
    if (hash === undefined) {
      if (!terminal.interactive) {
        throw new UsageError(
          "An approval names what it approves.",
          "Give --hash; flotilla inbox show prints it.",
        );
      }
      const found = await findInterrupt(client, args.interrupt, args.run);
      terminal.print(interruptDetails(found, [], terminal));
      await beSure(terminal, "Approving", "Approve just this?");
      hash = found.hash ?? "";
    }
    await answerWith(args, { action: "approve", hash, ...(always && { always }) });
  },
});

export const reject = defineCommand({
  meta: { name: "reject", description: "Reject a call or plan, or decline a question" },
  args: {
    ...interruptArgs,
    why: { type: "positional", description: "Why; the model is told", required: false },
    reason: { type: "string", valueHint: "text", description: "The same, as an option" },
    ...globalArgs,
  },
  run({ args }) {
    const reason = args.why ?? args.reason;
    if (reason === undefined) throw new UsageError("Say why: the model is told.");
    return answerWith(args, { action: "reject", reason });
  },
});

export const edit = defineCommand({
  meta: { name: "edit", description: "Approve a call with other arguments" },
  args: {
    ...interruptArgs,
    input: { type: "string", valueHint: "json", description: "The arguments" },
    file: { type: "string", alias: "f", valueHint: "path", description: "Or a file of them" },
    ...globalArgs,
  },
  async run({ args }) {
    if ((args.input === undefined) === (args.file === undefined)) {
      throw new UsageError("Give the arguments: one of --input and --file.");
    }
    const text = args.file === undefined ? (args.input ?? "") : await readFile(args.file, "utf8");
    const { client } = connect(args);
    const { hash } = await findInterrupt(client, args.interrupt, args.run);
    await answerWith(args, {
      action: "edit",
      hash: hash ?? "",
      input: json(text, "the arguments"),
    });
  },
});

export const answer = defineCommand({
  meta: { name: "answer", description: "Reply to a question, or say what became of a call" },
  args: {
    ...interruptArgs,
    reply: { type: "string", valueHint: "text", description: "The reply, or the chosen option" },
    value: { type: "string", valueHint: "json", description: "The reply to a form" },
    done: { type: "string", valueHint: "json", description: "The call took effect: its output" },
    redo: { type: "boolean", description: "It did not: run it again" },
    fail: { type: "string", valueHint: "reason", description: "Tell the model that it failed" },
    ...globalArgs,
  },
  async run({ args }) {
    const answers: InterruptAnswering[] = [];
    if (args.reply !== undefined) answers.push({ action: "reply", value: args.reply });
    if (args.value !== undefined) {
      answers.push({ action: "reply", value: json(args.value, "--value") });
    }
    if (args.done !== undefined)
      answers.push({ action: "done", output: json(args.done, "--done") });
    if (args.redo) answers.push({ action: "redo" });
    if (args.fail !== undefined) answers.push({ action: "fail", reason: args.fail });
    const [only, other] = answers;
    if (!only || other) {
      throw new UsageError("Give one of --reply, --value, --done, --redo and --fail.");
    }
    await answerWith(args, only);
  },
});

function json(text: string, what: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new UsageError(`JSON is expected for ${what}.`, `For text write '"text"'.`);
  }
}
