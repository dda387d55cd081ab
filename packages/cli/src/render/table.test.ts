import { describe, expect, test } from "vitest";
import { plain } from "../terminal.ts";
import { cut, properties, table, type Column } from "./table.ts";

interface Row {
  name: string;
  size: number;
  text: string;
}

const columns: Column<Row>[] = [
  { title: "NAME", value: (row) => row.name },
  { title: "SIZE", align: "right", value: (row) => String(row.size) },
  { title: "TEXT", value: (row) => row.text },
];

const rows: Row[] = [
  { name: "a", size: 5, text: "one\n two" },
  { name: "longer", size: 12_345, text: "a text that is longer than the line is wide" },
];

describe("a table", () => {
  test("is aligned, one line for each item", () => {
    const lines = table(rows, columns, { columns: Number.POSITIVE_INFINITY, paint: plain });
    expect(lines.split("\n")).toEqual([
      "NAME     SIZE  TEXT",
      "a           5  one two",
      "longer  12345  a text that is longer than the line is wide",
    ]);
  });

  test("is cut to the width of the terminal in its last column", () => {
    const lines = table(rows, columns, { columns: 30, paint: plain }).split("\n");
    expect(lines[2]).toBe("longer  12345  a text that is…");
    expect(lines[2]?.length).toBe(30);
  });

  test("does not count colour codes as width", () => {
    const coloured: Column<Row>[] = [
      { title: "N", value: (row) => `\u001B[31m${row.name}\u001B[39m` },
      { title: "S", value: (row) => String(row.size) },
    ];
    const lines = table(rows, coloured, { columns: 80, paint: plain }).split("\n");
    expect(lines[1]).toBe("\u001B[31ma\u001B[39m       5");
  });

  test("of properties aligns the values", () => {
    expect(
      properties(
        [
          ["a", "1"],
          ["long", "2"],
        ],
        { paint: plain },
      ),
    ).toBe("a     1\nlong  2");
    expect(cut("abc", 3)).toBe("abc");
  });
});
