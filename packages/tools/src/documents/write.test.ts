import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json, ToolContext } from "@flotilla/core";
import { convert, soffice } from "../../test/soffice.ts";
import { callTool } from "../call.ts";
import { testContext } from "../test-context.ts";
import { documentRead } from "./read.ts";
import { documentWrite } from "./write.ts";
import { writeCsv } from "./write/csv.ts";
import { parseCsv } from "./formats/csv.ts";

const kept = { id: "art_01hzy3v9k2m4n6p8q0r2t4v6x8", mediaType: "", bytes: 0 };

async function write(asked: { path: string; [field: string]: Json }, workspaceBytes = 2 ** 24) {
  const artifacts: Parameters<ToolContext["keep"]>[0][] = [];
  const context = testContext({
    keep: async (content) => {
      artifacts.push(content);
      return kept;
    },
  });
  const written = await callTool(documentWrite(workspaceBytes), asked, context, 2 ** 20);
  const content = await readFile(join(await context.workspace(), asked.path));
  const read = async (options: object = {}) =>
    (await callTool(documentRead(2 ** 18), { path: asked.path, ...options }, context, 2 ** 24)) as {
      text: string;
      title?: string;
      parts: number;
    };
  return { written, content, artifacts, read };
}

const markdown = `# Report for Ελένη

The **first** part, *quite* short, with Кириллица, ~~nothing~~ & a [link](https://example.com/a?b=c).

## Figures

| Name | Amount | Note |
| --- | --- | --- |
| Łódź | 1,234.50 | a \\| b |
| Ωmega | -7 |  |

- one
- two
   - deeper
- three

Then in order:

1. first
2. second

And a new list:

3. third
4. fourth

The end.`;

describe("what is written is read as it was given", () => {
  test("a DOCX", async () => {
    const { written, artifacts, content, read } = await write({
      path: "out/report.docx",
      markdown,
      title: "R & D",
    });
    expect(written).toEqual({
      path: "out/report.docx",
      bytes: content.length,
      artifact: kept.id,
      notes: [],
    });
    expect(artifacts).toMatchObject([{ name: "report.docx", content }]);
    const found = await read();
    expect(found.title).toBe("R & D");
    // Heads of tables and nothing else are bold in cells, which Markdown does not say.
    expect(found.text).toBe(markdown);
  });

  test("a PDF, with the numbers of its pages", async () => {
    const pages = `${markdown}\n\n<!-- page break -->\n\n# Second page\n\nMore.`;
    const { written, read } = await write({ path: "report.pdf", markdown: pages, title: "T" });
    expect(written).toMatchObject({ notes: [] });
    const found = await read();
    expect(found).toMatchObject({ parts: 2, title: "T" });
    const plain = markdown
      .replaceAll("~~", "")
      .replace(/\[link\]\([^)]*\)/, "link")
      .replace("   - deeper", "- deeper");
    const expected = `<!-- page 1 -->\n\n${plain}\n\n1 / 2\n\n<!-- page 2 -->\n\n# Second page\n\nMore.\n\n2 / 2`;
    expect(found.text).toBe(expected);
  });

  test("an XLSX, with its formulas", async () => {
    const { read } = await write({
      path: "a.xlsx",
      sheets: [
        {
          name: "Sales",
          rows: [
            ["Day", "Amount"],
            [{ date: "2026-03-31" }, 12.5],
            [
              { date: "2026-04-01", format: "dd.mm.yyyy" },
              { value: 1234.5, format: "#,##0.00" },
            ],
            ["Sum", { formula: "=SUM(B2:B3)" }],
          ],
        },
        { name: "Signs", header: false, rows: [["=1+1", true], [{ value: "wide", columns: 2 }]] },
      ],
    });
    const found = await read({ formulas: true });
    expect(found.text).toBe(`<!-- sheet 1: Sales -->

|  | A | B |
| --- | --- | --- |
| 1 | Day | Amount |
| 2 | 2026-03-31 | 12.5 |
| 3 | 01.04.2026 | 1,234.50 |
| 4 | Sum | =SUM(B2:B3) |

Formulas:

- B4: \`=SUM(B2:B3)\`

<!-- sheet 2: Signs -->

|  | A | B |
| --- | --- | --- |
| 1 | =1+1 | TRUE |
| 2 | wide |  |

Merged cells: A2:B2`);
  });
});

describe.skipIf(soffice.missing)("LibreOffice reads what is written", () => {
  test.each(["docx", "pdf"])("a %s", async (format) => {
    const { content } = await write({ path: `a.${format}`, markdown });
    const filter = format === "pdf" ? "html:draw_html_Export" : "txt:Text (encoded):UTF8";
    if (format === "pdf")
      return expect((await convert("a.pdf", content, "odg")).length).toBeGreaterThan(1_000);
    const text = String(await convert("a.docx", content, filter));
    const lines = text
      .replace(/^\uFEFF/, "")
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter(Boolean);
    expect(lines).toEqual([
      "Report for Ελένη",
      "The first part, quite short, with Кириллица, nothing & a link.",
      "Figures",
      ...["Name", "Amount", "Note", "Łódź", "1,234.50", "a | b", "Ωmega", "-7"],
      ...["• one", "• two", "◦ deeper", "• three", "Then in order:", "1. first", "2. second"],
      ...["And a new list:", "3. third", "4. fourth", "The end."],
    ]);
  });

  test("an XLSX, whose formulas it reckons", async () => {
    const { content } = await write({
      path: "a.xlsx",
      sheets: [
        {
          name: "S",
          rows: [
            ["Day", "Amount"],
            [{ date: "2026-03-31" }, 12.5],
            ["x", { value: 1234.5, format: "#,##0.00" }],
            ["Sum", { formula: "=SUM(B2:B3)" }],
          ],
        },
      ],
    });
    const csv = String(
      await convert("a.xlsx", content, "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true"),
    );
    expect(csv.trim().split("\n")).toEqual([
      "Day,Amount",
      "2026-03-31,12.5",
      'x,"1,234.50"',
      "Sum,1247",
    ]);
  });
});

test("CSV is quoted, and nothing in it runs as a formula", async () => {
  const { content } = await write({
    path: "a.csv",
    rows: [
      ["a", "b"],
      ["x, y", 'say "z"'],
      ["=HYPERLINK(1)", "+49 30"],
      ["@SUM", "-2.5"],
      ["two\nlines", -1],
    ],
  });
  expect(String(content)).toBe(
    'a,b\r\n"x, y","say ""z"""\r\n\'=HYPERLINK(1),\'+49 30\r\n\'@SUM,-2.5\r\n"two\nlines",-1\r\n',
  );
});

test("any texts come back from CSV as they were", async () => {
  const text = fc
    .string({ unit: "grapheme", maxLength: 12 })
    .filter((one) => !/^[=+\-@\t\r＝＋－＠]|^\s|\s$|\r/.test(one));
  const table = fc.integer({ min: 2, max: 4 }).chain((width) =>
    fc.array(fc.array(text, { minLength: width, maxLength: width }), {
      minLength: 2,
      maxLength: 5,
    }),
  );
  await fc.assert(
    fc.asyncProperty(table, async (rows) => {
      const named = [rows[0]?.map((_, at) => `c${at}`) ?? [], ...rows];
      const { parts } = await parseCsv(writeCsv(named, ","), "a.csv", {});
      for (const cell of rows.flat().filter(Boolean)) {
        const shown = cell
          .replaceAll(/\\(?=\|)/g, "\\\\")
          .replaceAll("|", "\\|")
          .replaceAll(/\s*\n\s*/g, "<br>");
        expect(parts[0]?.markdown).toContain(shown);
      }
    }),
    { numRuns: 50 },
  );
});

test("letters that the PDF's font has not are told of", async () => {
  const { written } = await write({ path: "a.pdf", markdown: "日本 → ✓" });
  expect(written).toMatchObject({ notes: [expect.stringContaining("日 本")] });
});

test("the quota of the workspace holds, and a format has to be known", async () => {
  await expect(write({ path: "a.docx", markdown }, 1_000)).rejects.toMatchObject({
    code: "tool_failed",
    message: expect.stringContaining("The workspace is full"),
  });
  await expect(write({ path: "a.rtf", markdown })).rejects.toMatchObject({
    code: "tool_input_invalid",
  });
  await expect(write({ path: "a.xlsx", markdown })).rejects.toMatchObject({
    code: "tool_input_invalid",
  });
});
