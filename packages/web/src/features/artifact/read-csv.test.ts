import { expect, test } from "vitest";
import { readCsv } from "./read-csv.ts";

test("the first line names the columns, each of them once", () => {
  expect(readCsv('name,name,\n"a, b",2,3\nshort\n')).toEqual({
    columns: ["name", "name (2)", "(3)"],
    rows: [["a, b", "2", "3"], ["short"]],
  });
});

test("what is no CSV, or nothing, is none", () => {
  expect(readCsv('a,"never closed')).toBeUndefined();
  expect(readCsv("")).toBeUndefined();
});
