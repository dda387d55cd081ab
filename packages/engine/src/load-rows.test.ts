import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { loadRows, type LoadedRow, type RowFormat } from "./load-rows.ts";

async function load(format: RowFormat, text: string, template = "{{q}}"): Promise<LoadedRow[]> {
  // Cut into small pieces, so that rows and characters cross their borders.
  const bytes = Buffer.from(text);
  const pieces = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, i) =>
    bytes.subarray(i * 7, i * 7 + 7),
  );
  return Array.fromAsync(loadRows(format, Readable.from(pieces), template));
}

describe("loadRows", () => {
  it("reads CSV with quotes, line breaks in fields, a BOM and CRLF, and says each row's line", async () => {
    const rows = await load("csv", '\ufeffq,n\r\n"a, ""b""",1\r\n"two\r\nlines",2\r\nlast,3');
    expect(rows.map((row) => [row.line, row.data["q"], row.error])).toEqual([
      [2, 'a, "b"', null],
      [3, "two\r\nlines", null],
      [5, "last", null],
    ]);
  });

  it("gives a CSV row with too few or too many fields its own error; the others are good", async () => {
    const rows = await load("csv", "q,n\na,1\nb\nc,1,2\nd,4\n");
    expect(rows.map((row) => row.error?.message ?? "good")).toEqual([
      "good",
      "Line 3: it has 1 of 2 fields.",
      "Line 4: it has 3 of 2 fields.",
      "good",
    ]);
  });

  it("reads JSONL, with the broken lines as errors with their number", async () => {
    const rows = await load("jsonl", '{"q":"ä🚢"}\n\n{"q":\n[1]\n{"n":1}\n{"q":"z"}');
    expect(rows.map((row) => row.line)).toEqual([1, 3, 4, 5, 6]);
    expect(rows[0]?.data).toEqual({ q: "ä🚢" });
    expect(rows[1]?.error?.message).toMatch(/^Line 3: not valid JSON/);
    expect(rows[2]?.error?.message).toBe("Line 4: not a JSON object.");
    expect(rows[3]?.error?.message).toBe('Line 5: no column "q".');
    expect(rows[4]?.error).toBeNull();
  });

  it("refuses the whole input when a column of the template is missing, naming those there", async () => {
    await expect(load("csv", "a,b\n1,2\n")).rejects.toMatchObject({
      code: "invalid_request",
      message: expect.stringContaining("{{q}}"),
      remedy: expect.stringContaining("a, b"),
    });
    await expect(load("jsonl", '{"a":1}\n')).rejects.toMatchObject({ code: "invalid_request" });
  });

  it("refuses a header that names a column twice, and CSV that cannot be read", async () => {
    await expect(load("csv", "q,q\n1,2\n")).rejects.toThrow('names "q" twice');
    await expect(load("csv", 'q\n"open')).rejects.toMatchObject({ code: "invalid_request" });
  });

  it.each(["csv", "jsonl"] as const)("passes on that a %s upload was cut off", async (format) => {
    async function* body() {
      yield Buffer.from(format === "csv" ? "q\n1\n2\n" : '{"q":1}\n{"q":2}\n');
      throw new Error("the client is gone");
    }
    const rows = Array.fromAsync(loadRows(format, body(), "{{q}}"));
    await expect(rows).rejects.toThrow("the client is gone");
  });

  it("streams: a hundred thousand rows do not need their size in memory", async () => {
    async function* body() {
      yield Buffer.from("q,pad\n");
      for (let i = 0; i < 1_000; i++) yield Buffer.from(`x${i},${"p".repeat(90)}\n`.repeat(100));
    }
    let rows = 0;
    for await (const row of loadRows("csv", body(), "{{q}}")) rows += row.error ? 0 : 1;
    expect(rows).toBe(100_000);
  });
});
