import type { DocumentPart, ParsedDocument } from "../document.ts";
import { encrypted } from "../archive.ts";
import { toMarkdown } from "../markdown.ts";
import { linesOf } from "../pdf/lines.ts";
import { layOut } from "../pdf/layout.ts";
import type { PageContent } from "../pdf/page-content.ts";
import type { Look } from "../pdf/paragraphs.ts";
import { readPage } from "../pdf/read-page.ts";
import { tooLarge, unreadable } from "../unreadable.ts";
import { factsOf } from "./office.ts";

const mostPages = 2_000;
/** A heading is so much larger than the text. */
const headingRatio = 1.15;
const mostHeadings = 4;

/** Text by where it stands on each page. Pages that are images alone have none, and are told of. */
export async function parsePdf(content: Uint8Array): Promise<ParsedDocument> {
  const pdfjs = await import("unpdf/pdfjs");
  const loading = pdfjs.getDocument({
    data: new Uint8Array(content),
    useSystemFonts: false,
    disableFontFace: true,
    // Images are not looked at.
    maxImageSize: 1,
    verbosity: 0,
  });
  let document: Awaited<typeof loading.promise>;
  try {
    document = await loading.promise;
  } catch (error) {
    if (error instanceof Error && error.name === "PasswordException") throw encrypted();
    throw unreadable(
      `it is a corrupt PDF (${error instanceof Error ? error.message : String(error)})`,
    );
  }
  if (document.numPages > mostPages) throw tooLarge(`it has ${document.numPages} pages`);
  const pages: PageContent[] = [];
  for (let number = 1; number <= document.numPages; number++) {
    const page = await document.getPage(number);
    pages.push(await readPage(page, pdfjs.OPS));
    page.cleanup();
  }
  const look = lookOf(pages);
  const parts = pages.map((page): DocumentPart => ({
    kind: "page",
    markdown: toMarkdown(layOut(page, look)),
  }));
  const { info } = await document.getMetadata();
  const { Title: title, ...facts } = infoOf(info as Record<string, unknown>);
  return {
    format: "pdf",
    ...(title && { title }),
    facts: factsOf({
      author: facts["Author"],
      subject: facts["Subject"],
      created: facts["CreationDate"],
    }),
    parts,
    notes: notesOf(parts),
  };
}

function infoOf(info: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(info).flatMap(([name, value]) =>
      typeof value === "string" && value.trim() ? [[name, value.trim().slice(0, 500)]] : [],
    ),
  );
}

function notesOf(parts: readonly DocumentPart[]): string[] {
  const empty = parts.flatMap(({ markdown }, at) => (markdown === "" ? [at + 1] : []));
  if (empty.length === 0) return [];
  const which = empty.length === parts.length ? "The pages hold" : `Pages ${empty.join(", ")} hold`;
  return [`${which} no text: they are empty, or scanned images, which are not read.`];
}

/** The size of most letters, and which larger ones there are. */
function lookOf(pages: readonly PageContent[]): Look {
  const letters = new Map<number, number>();
  for (const line of pages.flatMap(({ pieces }) => linesOf(pieces))) {
    const size = Math.round(line.size * 2) / 2;
    const count = line.segments.reduce((sum, { text }) => sum + text.length, 0);
    letters.set(size, (letters.get(size) ?? 0) + count);
  }
  const [size = 12] = [...letters].toSorted((a, b) => b[1] - a[1])[0] ?? [];
  const headings = [...letters.keys()]
    .filter((one) => one >= size * headingRatio)
    .toSorted((a, b) => b - a)
    .slice(0, mostHeadings);
  return { size, headings };
}
