import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  entityBomb,
  externalEntity,
  passwordedDocx,
  pdfBomb,
  zipBomb,
} from "../../../packages/tools/test/hostile-documents.ts";
import {
  sheetSource,
  slideSource,
  textSource,
  type SourceBlock,
} from "../../../packages/tools/test/office-sources.ts";
import { convert } from "../../../packages/tools/test/soffice.ts";
import type { Proof } from "../claim.ts";

const blocks: SourceBlock[] = [
  { heading: "Minutes of Łódź", level: 1 },
  { paragraph: "We agreed on **three** points; Ελένη and Борис signed <both> copies & left." },
  {
    table: [
      ["Name", "Amount", "Due"],
      ["Alpha | Beta", "1,234.50", "2026-03-31"],
      ["Γάμμα", "", "01.04.2026"],
    ],
    borders: true,
  },
  { heading: "What follows", level: 2 },
  { items: ["first", "second"], ordered: true },
  { paragraph: "The end." },
];
const text = `# Minutes of Łódź

We agreed on **three** points; Ελένη and Борис signed <both> copies & left.

| Name | Amount | Due |
| --- | --- | --- |
| Alpha \\| Beta | 1,234.50 | 2026-03-31 |
| Γάμμα |  | 01.04.2026 |

## What follows

1. first
2. second

The end.`;

const sheets = sheetSource({
  "Sales 2026": [
    [{ merged: "All of it", columns: 3 }],
    ["Day", "Amount", "Share"],
    [
      { date: "2026-03-31", shown: "31.03.2026" },
      { number: 1234.5, shown: "1,234.50", format: "money" },
      { number: 0.255, shown: "25.5%", format: "share" },
    ],
    ["Twice", { number: 2469, shown: "2,469.00", format: "money", formula: "[.B3]*2" }, ""],
  ],
});
const table = `|  | A | B | C |
| --- | --- | --- | --- |
| 1 | All of it |  |  |
| 2 | Day | Amount | Share |
| 3 | 31.03.2026 | 1,234.50 | 25.5% |
| 4 | Twice | 2,469.00 |  |`;
const sheetText = `<!-- sheet 1: Sales 2026 -->\n\n${table}\n\nMerged cells: A1:C1`;

const slides = slideSource([
  { title: "Plan", lines: ["Begin <now>"], notes: "Say why." },
  {
    title: "Costs",
    lines: ["Little"],
    table: [
      ["A", "B"],
      ["1", "2"],
    ],
  },
]);
const slideText =
  "<!-- slide 1 -->\n\n## Plan\n\nBegin <now>\n\nNotes:\n\nSay why.\n\n" +
  "<!-- slide 2 -->\n\n## Costs\n\nLittle\n\n| A | B |\n| --- | --- |\n| 1 | 2 |";

const mail = [
  "From: Anne <anne@example.com>",
  "To: ben@example.com",
  "Subject: Minutes",
  "Date: Tue, 31 Mar 2026 10:00:00 +0200",
  'Content-Type: text/plain; charset="utf-8"',
  "",
  "Signed by Ελένη.",
  "",
].join("\r\n");
const mailText =
  "- from: Anne <anne@example.com>\n- to: ben@example.com\n" +
  "- date: Tue, 31 Mar 2026 10:00:00 +0200\n- subject: Minutes\n\nSigned by Ελένη.";

/** A document in the folder, and what its source says. */
export interface KnownDocument {
  name: string;
  text: string;
}

/** Has LibreOffice write documents from known sources into the folder; fewer formats at the small scale. */
export async function writeKnown(proof: Proof, folder: string): Promise<KnownDocument[]> {
  await mkdir(folder, { recursive: true });
  const asShown = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true";
  const flat = textSource(blocks);
  const all: [name: string, source: string, flatName: string, format: string, text: string][] = [
    ["minutes.docx", flat, "minutes.fodt", "docx", text],
    ["minutes.pdf", flat, "minutes.fodt", "pdf", `<!-- page 1 -->\n\n${text}`],
    ["sales.xlsx", sheets, "sales.fods", "xlsx", sheetText],
    ["plan.pptx", slides, "plan.fodp", "pptx", slideText],
    ["minutes.odt", flat, "minutes.fodt", "odt", text],
    ["minutes.html", flat, "minutes.fodt", "html", text],
    ["sales.ods", sheets, "sales.fods", "ods", sheetText],
    ["sales.csv", sheets, "sales.fods", asShown, `<!-- sheet 1: sales.csv -->\n\n${table}`],
    ["plan.odp", slides, "plan.fodp", "odp", slideText],
  ];
  const chosen = proof.scale.name === "small" ? all.slice(0, 3) : all;
  for (const [name, source, flatName, format] of chosen) {
    await writeFile(join(folder, name), await convert(flatName, source, format));
  }
  await writeFile(join(folder, "minutes.eml"), mail);
  const mailed = { name: "minutes.eml", text: mailText };
  return [...chosen.map(([name, , , , told]) => ({ name, text: told })), mailed];
}

/** Documents that are made to use things up or to get at what is not theirs, and how each is refused. */
export const hostile: Readonly<Record<string, { make: () => Buffer; refusal: RegExp }>> = {
  "zip-bomb.docx": { make: zipBomb, refusal: /would inflate to/ },
  "entity-bomb.docx": { make: entityBomb, refusal: /declares a document type/ },
  "external-entity.docx": { make: externalEntity, refusal: /declares a document type/ },
  "with-password.docx": { make: passwordedDocx, refusal: /encrypted/ },
  "inflating.pdf": { make: pdfBomb, refusal: /needed more than 512 MiB/ },
  "huge.pdf": {
    make: () => Buffer.alloc(51 * 2 ** 20, "%PDF-1.7\n"),
    refusal: /too large|more than can be read|workspace is full/,
  },
};

export async function writeHostile(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, { make }] of Object.entries(hostile)) {
    await writeFile(join(folder, name), make());
  }
}
