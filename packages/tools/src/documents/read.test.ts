import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  sheetSource,
  slideSource,
  textSource,
  type SourceBlock,
} from "../../test/office-sources.ts";
import { convert, soffice } from "../../test/soffice.ts";
import { callTool } from "../call.ts";
import { testContext } from "../test-context.ts";
import { documentRead } from "./read.ts";

const tool = documentRead(256 * 1024);

interface Read {
  format: string;
  title?: string;
  facts: Record<string, string>;
  parts: number;
  names?: string[];
  text: string;
  nextOffset: number | null;
  matches?: { part: number; text: string }[];
  truncated: boolean;
  notes: string[];
}

async function read(name: string, content: string | Uint8Array, asked: object = {}): Promise<Read> {
  const context = testContext();
  await writeFile(join(await context.workspace(), name), content);
  return (await callTool(tool, { path: name, ...asked }, context, 2 ** 24)) as unknown as Read;
}

const long =
  "A paragraph that is certainly wrapped over more than one line of the page, since it goes on and on until the line ends, with **bold** and *italic* words in it, and then goes on for quite some more words.";
const blocks: SourceBlock[] = [
  { heading: "Quarterly report", level: 1 },
  { paragraph: long },
  { heading: "Figures & signs", level: 2 },
  { paragraph: "Ελληνικά, Кириллица and <signs>." },
  {
    table: [
      ["Name", "Amount", "Date"],
      ["Alpha Beta", "1,234.50", "2025-03-31"],
      ["Γάμμα", "7", "01.04.2025"],
      ["A | B", "", "two words"],
    ],
    borders: true,
  },
  { paragraph: "Without rules:" },
  {
    table: [
      ["Region", "Q1", "Q2"],
      ["North", "10", "20"],
      ["South", "30", "40"],
    ],
    borders: false,
  },
  { paragraph: "Merged:" },
  {
    table: [
      [{ text: "Wide", columns: 2 }, "X"],
      ["a", "b", "c"],
    ],
    borders: true,
  },
  { items: ["one", "two **bold**"], ordered: false },
  { paragraph: "And in order:" },
  { items: ["first", "second"], ordered: true },
  { paragraph: "The end." },
];
const markdown = `# Quarterly report

${long}

## Figures & signs

Ελληνικά, Кириллица and <signs>.

| Name | Amount | Date |
| --- | --- | --- |
| Alpha Beta | 1,234.50 | 2025-03-31 |
| Γάμμα | 7 | 01.04.2025 |
| A \\| B |  | two words |

Without rules:

| Region | Q1 | Q2 |
| --- | --- | --- |
| North | 10 | 20 |
| South | 30 | 40 |

Merged:

| Wide |  | X |
| --- | --- | --- |
| a | b | c |

- one
- two **bold**

And in order:

1. first
2. second

The end.`;

describe.skipIf(soffice.missing)("what LibreOffice writes is read as its source says", () => {
  const source = textSource(blocks);

  test.each(["docx", "odt", "html"])("text as %s", async (format) => {
    const content = await convert("report.fodt", source, format);
    const found = await read(`report.${format}`, content);
    expect(found).toMatchObject({ format, parts: 1, notes: [], truncated: false });
    expect(found.text).toBe(markdown);
  });

  test.each(["true", "false"])("text as PDF, tagged: %s", async (value) => {
    const options = JSON.stringify({ UseTaggedPDF: { type: "boolean", value } });
    const content = await convert("report.fodt", source, `pdf:writer_pdf_Export:${options}`);
    const found = await read("report.pdf", content);
    expect(found).toMatchObject({ format: "pdf", parts: 1, notes: [] });
    expect(found.text).toBe(`<!-- page 1 -->\n\n${markdown}`);
  });

  const sheets = sheetSource({
    "Sales 2025": [
      [{ merged: "All of it", columns: 3 }],
      ["Day", "Amount", "Share"],
      [
        { date: "2025-03-31", shown: "31.03.2025" },
        { number: 1234.5, shown: "1,234.50", format: "money" },
        { number: 0.255, shown: "25.5%", format: "share" },
      ],
      ["Twice", { number: 2469, shown: "2,469.00", format: "money", formula: "[.B3]*2" }, ""],
    ],
    Second: [["a | b", { number: 0.1, shown: "0.1" }]],
  });
  const first = `|  | A | B | C |
| --- | --- | --- | --- |
| 1 | All of it |  |  |
| 2 | Day | Amount | Share |
| 3 | 31.03.2025 | 1,234.50 | 25.5% |
| 4 | Twice | 2,469.00 |  |

Merged cells: A1:C1`;
  const second = "|  | A | B |\n| --- | --- | --- |\n| 1 | a \\| b | 0.1 |";

  test.each(["xlsx", "ods"])("sheets as %s", async (format) => {
    const content = await convert("sales.fods", sheets, format);
    const found = await read(`sales.${format}`, content);
    expect(found).toMatchObject({ format, parts: 2, names: ["Sales 2025", "Second"] });
    expect(found.text).toBe(
      `<!-- sheet 1: Sales 2025 -->\n\n${first}\n\n<!-- sheet 2: Second -->\n\n${second}`,
    );
    const one = await read(`sales.${format}`, content, { sheet: "Second" });
    expect(one.text).toBe(`<!-- sheet 2: Second -->\n\n${second}`);
    const rows = await read(`sales.${format}`, content, { parts: "1", rows: "3-", formulas: true });
    expect(rows.text).toContain("| 3 | 31.03.2025 | 1,234.50 | 25.5% |");
    expect(rows.text).not.toContain("| 2 |");
    expect(rows.text).toMatch(/- B4: `=\[?\.?B3\]?\*2`/);
  });

  test("a sheet as CSV", async () => {
    const content = await convert(
      "sales.fods",
      sheets,
      "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true",
    );
    const found = await read("sales.csv", content);
    expect(found.facts).toMatchObject({ delimiter: ",", charset: "utf-8" });
    expect(found.text).toContain("| 3 | 31.03.2025 | 1,234.50 | 25.5% |");
  });

  test.each(["pptx", "odp"])("slides as %s", async (format) => {
    const slides = slideSource([
      { title: "First slide", lines: ["Point one", "Point <two>"], notes: "Say this." },
      {
        title: "Second",
        lines: ["Text"],
        table: [
          ["A", "B"],
          ["1", "2"],
        ],
      },
    ]);
    const content = await convert("talk.fodp", slides, format);
    const found = await read(`talk.${format}`, content);
    expect(found).toMatchObject({ format, parts: 2 });
    expect(found.text).toBe(
      "<!-- slide 1 -->\n\n## First slide\n\nPoint one\n\nPoint <two>\n\nNotes:\n\nSay this.\n\n" +
        "<!-- slide 2 -->\n\n## Second\n\nText\n\n| A | B |\n| --- | --- |\n| 1 | 2 |",
    );
  });

  test("pages are chosen, searched, and read on in", async () => {
    const pages = Array.from({ length: 120 }, (_, at): SourceBlock => ({
      paragraph: `Paragraph ${at + 1}.`,
    }));
    const content = await convert("long.fodt", textSource(pages), "pdf");
    const whole = await read("long.pdf", content);
    expect(whole.parts).toBe(3);
    const said = [...whole.text.matchAll(/Paragraph (\d+)\./g)].map(([, number]) => Number(number));
    expect(said).toEqual(Array.from({ length: 120 }, (_, at) => at + 1));
    const last = await read("long.pdf", content, { parts: "3" });
    expect(last.text).toMatch(/^<!-- page 3 -->/);
    expect(last.text).toContain("Paragraph 120.");
    const found = await read("long.pdf", content, { search: "paragraph 120." });
    expect(found.matches).toMatchObject([{ part: 3 }]);
    const begin = await read("long.pdf", content, { characters: 100 });
    expect(begin).toMatchObject({ nextOffset: 100, truncated: true });
    const rest = await read("long.pdf", content, { offset: 100 });
    expect(begin.text + rest.text).toBe(whole.text);
    await expect(read("long.pdf", content, { parts: "4" })).rejects.toMatchObject({
      code: "tool_input_invalid",
    });
  }, 60_000);
});

test("a mail is read with its fields and what is attached", async () => {
  const mail = [
    "From: =?utf-8?B?w4RubmUgTsOkdmU=?= <anne@example.com>",
    "To: ben@example.com, Carla <carla@example.com>",
    "Subject: Figures",
    "Date: Mon, 31 Mar 2025 10:00:00 +0200",
    "MIME-Version: 1.0",
    'Content-Type: multipart/mixed; boundary="b"',
    "",
    "--b",
    'Content-Type: text/plain; charset="iso-8859-1"',
    "Content-Transfer-Encoding: quoted-printable",
    "",
    "Gr=FC=DFe",
    "--b",
    'Content-Type: text/csv; name="a.csv"',
    'Content-Disposition: attachment; filename="a.csv"',
    "Content-Transfer-Encoding: base64",
    "",
    "YSxi",
    "--b--",
    "",
  ].join("\r\n");
  const found = await read("mail.eml", mail);
  expect(found.title).toBe("Figures");
  expect(found.facts).toMatchObject({
    from: "Änne Näve <anne@example.com>",
    to: "ben@example.com, Carla <carla@example.com>",
    date: "Mon, 31 Mar 2025 10:00:00 +0200",
  });
  expect(found.text).toContain("\n\nGrüße\n\nAttachments:\n\n- a.csv (text/csv, 3 bytes)");
});

test("an image is read as its size, with a word that there is no text", async () => {
  const png = Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAEElEQVR42mP8z8AARAwQCgAf7gMBkZ3V5wAAAABJRU5ErkJggg==",
    "base64",
  );
  const found = await read("wrong-name.pdf", png);
  expect(found).toMatchObject({ format: "image", facts: { type: "png", width: "3", height: "2" } });
  expect(found.text).toContain("The text of images is not read.");
});

test("CSV keeps every value as it is written, whatever divides them", async () => {
  const found = await read(
    "a.csv",
    'name;amount;note\n"A; B";1,50;"two\nlines"\nC;-2,00;"say ""x"""\n',
  );
  expect(found.facts["delimiter"]).toBe(";");
  expect(found.text).toBe(`<!-- sheet 1: a.csv -->

|  | A | B | C |
| --- | --- | --- | --- |
| 1 | name | amount | note |
| 2 | A; B | 1,50 | two<br>lines |
| 3 | C | -2,00 | say "x" |`);
});

test("HTML is read without scripts, styles and what is hidden", async () => {
  const found = await read(
    "page.txt",
    `<!doctype html><title>T &amp; U</title><script>alert(1)</script><style>p{}</style>
     <h2>Head</h2><p style="display:none">hidden</p><p>See <a href="https://example.com/a(1)">this</a>
     and <a href="javascript:x()">that</a>.<br>Next</p><ol start="3"><li>c<ul><li>deep</li></ul><li>d</ol>
     <table><tr><th rowspan=2>A<th colspan=2>B<tr><td>1<td>2</table><pre><code>x  y</code></pre>`,
  );
  expect(found).toMatchObject({ format: "html", title: "T & U" });
  expect(found.text).toBe(
    "## Head\n\nSee [this](https://example.com/a\\(1\\)) and that.  \nNext\n\n3. c\n   - deep\n4. d\n\n" +
      "| A | B |  |\n| --- | --- | --- |\n|  | 1 | 2 |\n\n```\nx  y\n```",
  );
});
