import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  crowdedZip,
  deepHtml,
  deepXml,
  encryptedZip,
  entityBomb,
  externalEntity,
  lyingZip,
  passwordedDocx,
  pdfBomb,
  repeatedCells,
  zipBomb,
} from "../../test/hostile-documents.ts";
import { textSource } from "../../test/office-sources.ts";
import { convert, soffice } from "../../test/soffice.ts";
import { callTool } from "../call.ts";
import { testContext } from "../test-context.ts";
import { documentRead } from "./read.ts";

const tool = documentRead(256 * 1024);

async function read(
  name: string,
  content: string | Uint8Array,
  bytes?: number,
): Promise<{ text: string }> {
  const context = testContext();
  const file = join(await context.workspace(), name);
  await writeFile(file, content);
  if (bytes !== undefined) await truncate(file, bytes);
  return (await callTool(tool, { path: name }, context, 2 ** 24)) as { text: string };
}

test.each([
  ["a ZIP bomb", zipBomb, /would inflate to/],
  ["an entry that is larger than it says", lyingZip, /corrupt/],
  ["an archive of thousands of files", crowdedZip, /holds 6001 files/],
  ["an encrypted archive", encryptedZip, /encrypted/],
  ["a document with a password", passwordedDocx, /encrypted/],
  ["a bomb of entities", entityBomb, /declares a document type/],
  ["an external entity", externalEntity, /declares a document type/],
  ["XML that is nested without end", deepXml, /elements deep/],
  ["HTML that is nested without end", deepHtml, /deep/],
  ["a PDF that inflates without end", pdfBomb, /needed more than 512 MiB/],
  ["an archive that is cut off", () => zipBomb().subarray(0, 2_000), /corrupt/],
  ["a PDF that is none", () => Buffer.from("%PDF-1.7\nnothing"), /corrupt PDF/],
  [
    "an archive of something else",
    () => Buffer.from("PK\x05\x06".padEnd(22, "\0"), "latin1"),
    /no document/,
  ],
  ["a format that is unknown", () => Buffer.from([1, 0, 2, 3, 0]), /no format that is known/],
  ["an empty file", () => Buffer.alloc(0), /empty/],
])(
  "%s is refused, and nothing else comes to harm",
  async (_, make, message) => {
    await expect(read("document.docx", make())).rejects.toMatchObject({
      code: "tool_failed",
      message: expect.stringMatching(message),
    });
    expect((await read("after.txt", "still here")).text).toBe("still here");
  },
  60_000,
);

test("a file that is too large is refused before it is read", async () => {
  await expect(read("large.pdf", "%PDF-1.7", 51 * 2 ** 20)).rejects.toMatchObject({
    code: "tool_failed",
    message: expect.stringMatching(/more than can be read/),
  });
});

test("a cell that says it is everywhere is shown as often as a sheet is read", async () => {
  const { text } = await read("sheet.ods", repeatedCells());
  expect(text).toMatch(/\| 1 \| boo \|/);
  expect(text.length).toBeLessThanOrEqual(20_000);
});

test("what a document is called does not decide what it is", async () => {
  expect((await read("report.pdf", "# Just text\n")).text).toBe("# Just text\n");
});

test.skipIf(soffice.missing)("a PDF with a password is refused as encrypted", async () => {
  const options = JSON.stringify({
    EncryptFile: { type: "boolean", value: "true" },
    DocumentOpenPassword: { type: "string", value: "secret" },
  });
  const source = textSource([{ paragraph: "Nobody reads this." }]);
  const content = await convert("secret.fodt", source, `pdf:writer_pdf_Export:${options}`);
  await expect(read("secret.pdf", content)).rejects.toMatchObject({
    code: "tool_failed",
    message: expect.stringMatching(/encrypted/),
  });
});

test("a call that is cancelled ends its thread at once", async () => {
  const stop = new AbortController();
  const context = testContext({ signal: stop.signal });
  await writeFile(join(await context.workspace(), "bomb.pdf"), pdfBomb());
  const made = callTool(tool, { path: "bomb.pdf" }, context, 2 ** 24);
  setTimeout(() => stop.abort(), 100);
  await expect(made).rejects.toMatchObject({ code: "cancelled" });
});
