import { constants, deflateSync } from "node:zlib";
import { zipOf } from "./zip.ts";

const types = { name: "[Content_Types].xml", content: "<Types/>" };

/** A DOCX whose body is such XML. */
export function docxWith(document: string | Uint8Array): Buffer {
  return zipOf([types, { name: "word/document.xml", content: document }]);
}

function wordXml(inner: string, before = ""): string {
  return `<?xml version="1.0"?>${before}<w:document xmlns:w="w"><w:body>${inner}</w:body></w:document>`;
}

/** 160 MB of blanks in 160 KB. */
export const zipBomb = (): Buffer =>
  zipOf([types, { name: "word/document.xml", content: Buffer.alloc(160 * 2 ** 20, 32) }]);

/** An entry that is larger than it says. */
export const lyingZip = (): Buffer =>
  zipOf([
    types,
    { name: "word/document.xml", content: wordXml("x".repeat(9_000_000)), claims: { size: 100 } },
  ]);

export const crowdedZip = (): Buffer =>
  zipOf([types, ...Array.from({ length: 6_000 }, (_, at) => ({ name: `f${at}`, content: "" }))]);

export const encryptedZip = (): Buffer =>
  zipOf([
    types,
    { name: "word/document.xml", content: wordXml(""), claims: { isEncrypted: true } },
  ]);

/** Ten entities, each of which is ten times the one before. */
export const entityBomb = (): Buffer => {
  const entities = Array.from({ length: 10 }, (_, at) =>
    at === 0 ? '<!ENTITY e0 "ha">' : `<!ENTITY e${at} "${`&e${at - 1};`.repeat(10)}">`,
  );
  return docxWith(
    wordXml("<w:p><w:r><w:t>&e9;</w:t></w:r></w:p>", `<!DOCTYPE d [${entities.join("")}]>`),
  );
};

export const externalEntity = (): Buffer =>
  docxWith(
    wordXml(
      "<w:p><w:r><w:t>&f;</w:t></w:r></w:p>",
      '<!DOCTYPE d [<!ENTITY f SYSTEM "file:///etc/passwd">]>',
    ),
  );

export const deepXml = (): Buffer =>
  docxWith(wordXml("<w:sdt>".repeat(100_000) + "</w:sdt>".repeat(100_000)));

export const deepHtml = (): Buffer => Buffer.from(`<html>${"<div>".repeat(100_000)}x`);

/** One cell that says it stands in every place of the sheet. */
export const repeatedCells = (): Buffer =>
  zipOf([
    { name: "mimetype", content: "application/vnd.oasis.opendocument.spreadsheet" },
    {
      name: "content.xml",
      content:
        '<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x"><office:body><office:spreadsheet><table:table table:name="S"><table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384"><text:p>boo</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>',
    },
  ]);

/** What Office writes around a document with a password: its container, and the name of what is in it. */
export const passwordedDocx = (): Buffer =>
  Buffer.concat([
    Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]),
    Buffer.alloc(1_016),
    Buffer.from("EncryptedPackage", "utf16le"),
    Buffer.alloc(2_000),
  ]);

/** A page whose content inflates to 1.6 GB of blanks. */
export const pdfBomb = (): Buffer => {
  const block = deflateSync(Buffer.alloc(16 * 2 ** 20, 32), {
    finishFlush: constants.Z_FULL_FLUSH,
  });
  const stream = Buffer.concat([
    block,
    ...Array.from({ length: 99 }, () => block.subarray(2)),
    Buffer.from([1, 0, 0, 0xff, 0xff]),
  ]);
  return pdfOf(stream, "/Filter /FlateDecode");
};

/** A PDF of one page with such a content stream. */
function pdfOf(stream: Uint8Array, about = ""): Buffer {
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << >> >>",
  ];
  const parts: Buffer[] = [Buffer.from("%PDF-1.7\n")];
  const places: number[] = [];
  const size = () => parts.reduce((sum, part) => sum + part.length, 0);
  objects.forEach((object, at) => {
    places.push(size());
    parts.push(Buffer.from(`${at + 1} 0 obj\n${object}\nendobj\n`));
  });
  places.push(size());
  parts.push(
    Buffer.from(`4 0 obj\n<< /Length ${stream.length} ${about} >>\nstream\n`),
    Buffer.from(stream),
    Buffer.from("\nendstream\nendobj\n"),
  );
  const start = size();
  const rows = places.map((place) => `${String(place).padStart(10, "0")} 00000 n \n`);
  parts.push(
    Buffer.from(
      `xref\n0 5\n0000000000 65535 f \n${rows.join("")}trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(parts);
}
