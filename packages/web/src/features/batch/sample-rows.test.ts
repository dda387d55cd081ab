import { expect, test } from "vitest";
import { sampleBytes, sampleFile, sampleText } from "./sample-rows.ts";

test("a CSV sample has its columns and rows, quotes and line breaks included", () => {
  const sample = sampleText("a.csv", '\uFEFFquestion, answer\n"6 × 7, or\nso?",42\n\nx,y\n');
  expect(sample).toEqual({
    format: "csv",
    columns: ["question", "answer"],
    rows: [
      { question: "6 × 7, or\nso?", answer: "42" },
      { question: "x", answer: "y" },
    ],
  });
});

test("a JSONL sample has the columns of all its rows and skips broken lines", () => {
  const sample = sampleText("a.jsonl", '{"q":"1"}\nnot json\n[1]\n{"q":"2","hint":3}\n{"q":');
  expect(sample.columns).toEqual(["q", "hint"]);
  expect(sample.rows).toEqual([{ q: "1" }, { q: "2", hint: 3 }]);
});

test("a row the sample cuts off is left out, even inside quotes or a character", async () => {
  const row = `1,"${"ü".repeat(500)}"\n`;
  const file = new File(["id,text\n", row.repeat(1_000)], "a.csv");
  expect(file.size).toBeGreaterThan(sampleBytes);
  const sample = await sampleFile(file);
  expect(new Set(sample.rows.map((one) => one["text"]))).toEqual(new Set(["ü".repeat(500)]));
  expect(sampleText("b.csv", 'id,text\n1,whole\n2,"cut').rows).toEqual([
    { id: "1", text: "whole" },
  ]);
});

test("a file that is neither CSV nor JSONL is refused with what to do", () => {
  expect(() => sampleText("a.xlsx", "")).toThrow("a.xlsx is neither CSV nor JSONL");
});

test("a file without rows is refused", () => {
  expect(() => sampleText("a.csv", "question,answer\n")).toThrow("No row can be read");
});
