import { createReadStream } from "node:fs";
import { mkdir, open, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import type { Conversation } from "../src/recorded/recording.ts";

/**
 * Makes recordings from the recorded solutions of GSM8K (openai/grade-school-math):
 *
 *   node packages/models/test/gsm8k.ts <solutions.jsonl> <out-folder>
 *
 * writes a recording for each of the four models, and `rows.jsonl` with the questions and
 * the right answers.
 */
export const recordedModels = [
  "6b_finetuning",
  "175b_finetuning",
  "6b_verification",
  "175b_verification",
] as const;

const solutionSchema = z.object({ solution: z.string(), is_correct: z.boolean() });
const recordSchema = z.object({
  question: z.string(),
  ground_truth: z.string(),
  "6b_finetuning": solutionSchema,
  "175b_finetuning": solutionSchema,
  "6b_verification": solutionSchema,
  "175b_verification": solutionSchema,
});

/**
 * A solution as a run: the text up to each `<<expression=result>>` is a turn that calls the
 * calculator with the expression, as it stands, and the rest is the final turn.
 */
export function conversationOf(question: string, solution: string): Conversation {
  const turns: Conversation["turns"] = [];
  let start = 0;
  for (const mark of solution.matchAll(/<<([^<>]*)>>/g)) {
    const expression = mark[1]?.split("=")[0] ?? "";
    const text = solution.slice(start, mark.index);
    turns.push({
      ...(text && { text }),
      calls: [{ tool: "calculator", input: { expression } }],
    });
    start = mark.index + mark[0].length;
  }
  turns.push({ text: solution.slice(start) });
  return { input: question, turns };
}

/** The number after the last `A:` (a model's answer) or `####` (the data's); empty without one. */
export function finalAnswer(text: string): string {
  const found = text.match(/(?:A:|####)\s*(\S[^\n]*)$/)?.[1] ?? "";
  return found.replaceAll(",", "").trim();
}

/** Returns the number of questions converted. */
export async function convert(solutions: string, folder: string): Promise<number> {
  await mkdir(folder, { recursive: true });
  const files = new Map<string, FileHandle>();
  for (const name of [...recordedModels, "rows"]) {
    files.set(name, await open(join(folder, `${name}.jsonl`), "w"));
  }
  const write = (name: string, value: object) =>
    files.get(name)?.write(`${JSON.stringify(value)}\n`);
  let count = 0;
  try {
    for await (const line of createInterface({ input: createReadStream(solutions) })) {
      const record = recordSchema.parse(JSON.parse(line));
      for (const model of recordedModels) {
        await write(model, conversationOf(record.question, record[model].solution));
      }
      await write("rows", {
        question: record.question,
        answer: finalAnswer(record.ground_truth),
      });
      count++;
    }
  } finally {
    await Promise.all(Array.from(files.values(), (file) => file.close()));
  }
  return count;
}

if (import.meta.main) {
  const [solutions, folder] = process.argv.slice(2);
  if (!solutions || !folder) {
    process.stderr.write("Usage: node gsm8k.ts <solutions.jsonl> <out-folder>\n");
    process.exit(2);
  }
  const count = await convert(solutions, folder);
  process.stdout.write(`${count} questions, ${recordedModels.length} recordings in ${folder}\n`);
}
