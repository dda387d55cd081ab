import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { userMessage, type Message } from "@flotilla/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ask, calculator } from "../../test/ask.ts";
import { openModels, type Models } from "../models.ts";
import { Recording } from "./recording.ts";

const questions = {
  ducks: "Janet's ducks lay 16 eggs per day. How many does she sell?",
  short: "2+2?",
  padded: "  A question with white space around it. ",
};

let models: Models;

beforeAll(async () => {
  const recordings = await mkdtemp(join(tmpdir(), "recordings-"));
  const lines = [
    {
      input: questions.ducks,
      turns: [
        { text: "16 - 7 = ", calls: [{ tool: "calculator", input: { expression: "16-7" } }] },
        { text: "9\nA: 9" },
      ],
    },
    { input: questions.short, turns: [{ text: "4" }] },
    { input: questions.padded, turns: [{ text: "Found." }] },
  ];
  await writeFile(
    join(recordings, "small.jsonl"),
    lines.map((line) => JSON.stringify(line)).join("\n"),
  );
  await writeFile(join(recordings, "wrong.jsonl"), `${JSON.stringify(lines[1])}\n{"input":"x"}\n`);
  models = openModels({ providers: { recorded: { kind: "recorded" } }, recordings }, {});
});

afterAll(() => models.close());

test("a recorded conversation replays turn by turn, through the tools' results", async () => {
  const messages: Message[] = [userMessage(questions.ducks)];
  const first = await ask(models, "recorded/small", { messages, tools: [calculator] });
  expect(first.completed.message.content).toEqual([
    { type: "text", text: "16 - 7 = " },
    { type: "tool_call", callId: "c1-0", tool: "calculator", input: { expression: "16-7" } },
  ]);
  messages.push(first.completed.message, {
    role: "tool",
    results: [{ callId: "c1-0", tool: "calculator", output: "an error", isError: true }],
  });
  const second = await ask(models, "recorded/small", { messages, step: 2 });
  expect(second.text).toBe("9\nA: 9");
});

test("an input is found inside the template around it", async () => {
  const messages = [
    userMessage(`Solve this:\n\n${questions.ducks}\n\nEnd with A: and the number.`),
  ];
  const { completed } = await ask(models, "recorded/small", { messages });
  expect(completed.finish).toBe("tool_calls");
});

test("white space around an input does not count", async () => {
  const messages = [userMessage(questions.padded.trim())];
  expect((await ask(models, "recorded/small", { messages })).text).toBe("Found.");
});

test("a second question in the same thread starts at its own first turn", async () => {
  const messages: Message[] = [
    userMessage(questions.short),
    { role: "assistant", content: [{ type: "text", text: "4" }] },
    userMessage(questions.padded),
  ];
  expect((await ask(models, "recorded/small", { messages })).text).toBe("Found.");
});

test("an unknown input fails for good and names the recording", async () => {
  await expect(ask(models, "recorded/small", {})).rejects.toMatchObject({
    code: "model_rejected",
    transient: false,
    message: expect.stringContaining("The recording small has no such input: Hello"),
  });
});

test("a conversation that goes on past its recording fails for good", async () => {
  const messages: Message[] = [
    userMessage(questions.short),
    { role: "assistant", content: [{ type: "text", text: "4" }] },
  ];
  await expect(ask(models, "recorded/small", { messages })).rejects.toMatchObject({
    code: "model_rejected",
    message: expect.stringContaining("has 1 turns for this input; turn 2"),
  });
});

test("a wrong line is named with its number, a missing file by its name", async () => {
  await expect(ask(models, "recorded/wrong")).rejects.toMatchObject({
    code: "model_rejected",
    message: expect.stringContaining("line 2"),
  });
  await expect(ask(models, "recorded/none")).rejects.toMatchObject({ code: "unknown_model" });
});

test("the longest input that a message contains wins", () => {
  const short = "A farmer has twelve apples and";
  const long = `${short} gives four of them away.`;
  const recording = new Recording([
    { input: short, turns: [{ text: "short" }] },
    { input: long, turns: [{ text: "long" }] },
  ]);
  expect(recording.turnsFor(`Q: ${long} How many?`)).toEqual([{ text: "long" }]);
  expect(recording.turnsFor(`Q: ${short} no more.`)).toEqual([{ text: "short" }]);
});
