import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readRecording } from "../src/recorded/recording.ts";
import { conversationOf, convert, finalAnswer, recordedModels } from "./gsm8k.ts";

const question = "Tom has 10 boxes of $1,000. How much is that in all?";
const solution =
  "He has 10*1,000=$<<10*1,000=10000>>10,000\nHalf is $<<.5*10000=5000>>5000\nA: 10,000";

test("each mark becomes a calculator call with its expression as it stands", () => {
  expect(conversationOf(question, solution)).toEqual({
    input: question,
    turns: [
      {
        text: "He has 10*1,000=$",
        calls: [{ tool: "calculator", input: { expression: "10*1,000" } }],
      },
      {
        text: "10,000\nHalf is $",
        calls: [{ tool: "calculator", input: { expression: ".5*10000" } }],
      },
      { text: "5000\nA: 10,000" },
    ],
  });
});

test("a solution without marks, or with one that never ends, is one turn", () => {
  expect(conversationOf(question, "A: 3").turns).toEqual([{ text: "A: 3" }]);
  expect(conversationOf(question, "It is <<3*4=12").turns).toHaveLength(1);
});

test("the answer is the last number, without its commas", () => {
  expect(finalAnswer(solution)).toBe("10000");
  expect(finalAnswer("so it is\n#### 1,234")).toBe("1234");
  expect(finalAnswer("no answer")).toBe("");
});

test("a file of solutions becomes four recordings and the rows to ask", async () => {
  const folder = await mkdtemp(join(tmpdir(), "gsm8k-"));
  const solved = { solution, is_correct: true };
  const record = {
    question,
    ground_truth: "10*1,000=<<10*1,000=10000>>10000\nA: 10,000",
    ...Object.fromEntries(recordedModels.map((model) => [model, solved])),
  };
  await writeFile(join(folder, "solutions.jsonl"), `${JSON.stringify(record)}\n`);

  expect(await convert(join(folder, "solutions.jsonl"), join(folder, "out"))).toBe(1);

  for (const model of recordedModels) {
    const recording = await readRecording(join(folder, "out", `${model}.jsonl`));
    expect(recording.turnsFor(question)).toHaveLength(3);
  }
  const rows = await readFile(join(folder, "out", "rows.jsonl"), "utf8");
  expect(JSON.parse(rows)).toEqual({ question, answer: "10000" });
});
