import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  conversationOf,
  convert,
  finalAnswer,
  recordedModels,
} from "../../packages/models/test/gsm8k.ts";
import type { Scale } from "./scale.ts";

export type RecordedModel = (typeof recordedModels)[number];

/** What a run over one problem must come to. */
export interface Expected {
  question: string;
  answer: string;
  /** The last turn of the recording. */
  output: string;
  modelCalls: number;
  toolCalls: number;
  /** Whether the people who published the data found the output correct. */
  isCorrect: boolean;
}

/** The problems of a scale, and recordings of what four models made of them. */
export interface WordProblems {
  /** Folder of the recordings, one for each model, named like it. */
  recordings: string;
  models: readonly RecordedModel[];
  /** JSONL of rows, with the column `question`. */
  rows: string;
  /** In the order of the rows, from row 1. */
  expected(model: RecordedModel): Expected[];
  /** Makes the recording anew, with calls of another tool in the place of the calculator's. */
  withTool(model: RecordedModel, tool: string): Promise<string>;
}

type Solved = Record<RecordedModel, { solution: string; is_correct: boolean }>;

export async function prepareWordProblems(scale: Scale, folder: string): Promise<WordProblems> {
  const recordings = join(folder, "recordings");
  await convert(scale.solutions, recordings);
  const problems = (await readJsonLines(scale.problems)) as { question: string; answer: string }[];
  const solutions = (await readJsonLines(scale.solutions)) as ({ question: string } & Solved)[];
  const solved = new Map(solutions.map((one) => [one.question, one]));
  return {
    recordings,
    models: recordedModels,
    rows: scale.problems,
    expected: (model) =>
      problems.map(({ question, answer }) => {
        const found = solved.get(question)?.[model];
        if (!found) throw new Error(`No solution of ${model} was recorded for: ${question}`);
        const { turns } = conversationOf(question, found.solution);
        return {
          question,
          answer: finalAnswer(answer),
          output: turns.at(-1)?.text ?? "",
          modelCalls: turns.length,
          toolCalls: turns.length - 1,
          isCorrect: found.is_correct,
        };
      }),
    async withTool(model, tool) {
      const file = join(recordings, `${tool}.jsonl`);
      const text = await readFile(join(recordings, `${model}.jsonl`), "utf8");
      await writeFile(
        file,
        text.replaceAll('"tool":"calculator"', `"tool":${JSON.stringify(tool)}`),
      );
      return file;
    },
  };
}

export async function readJsonLines(file: string): Promise<unknown[]> {
  const lines = (await readFile(file, "utf8")).split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line) as unknown);
}
