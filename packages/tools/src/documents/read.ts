import { documentTool, FlotillaError, type ToolContext } from "@flotilla/core";
import { z } from "zod";
import { cutToJson } from "../cut.ts";
import { labelRead } from "../files/file-labels.ts";
import { pathSchema } from "../files/path.ts";
import { readFileOf } from "../files/read-file.ts";
import { findText, lineStarts } from "../find-text.ts";
import { defineTool, type Tool } from "../tool.ts";
import { documentFormats, type DocumentPart, type ParsedDocument } from "./document.ts";
import { mostDocumentBytes, parseDocument } from "./parse-document.ts";
import { numbersIn, rangeOf } from "./range.ts";

const defaultCharacters = 20_000;
const mostCharacters = 200_000;
/** What a result holds beside the text. */
const envelopeBytes = 32 * 1024;

const input = z.strictObject({
  path: pathSchema.optional().describe("the document, relative to the workspace"),
  artifact: z
    .string()
    .regex(/^art_[0-9a-z]{26}$/)
    .optional()
    .describe("or an artifact of the run, such as what was attached to its input"),
  parts: z
    .string()
    .max(200)
    .optional()
    .describe('which pages, slides or sheets, from 1: "3", "2-5", "1,4-"; all by default'),
  sheet: z.string().max(200).optional().describe("a sheet by its name, instead of parts"),
  rows: z.string().max(20).optional().describe('which rows of sheets or CSV: "1-200", "500-"'),
  formulas: z.boolean().default(false).describe("tells the formulas of a sheet too"),
  search: z.string().min(1).max(500).optional().describe("a text to find, in any case"),
  offset: z.int().min(0).default(0).describe("first character of what was chosen, to read on"),
  characters: z.int().min(1).max(mostCharacters).default(defaultCharacters),
});

const count = z.int().min(0);

/** Reads documents of all common formats as Markdown, or finds a text in them. */
export function documentRead(maxResultBytes: number): Tool {
  return defineTool({
    name: documentTool,
    description:
      "Reads a document of the workspace, or an artifact, as Markdown: PDF, DOCX, XLSX, PPTX, ODT, ODS, ODP, HTML, EML, CSV, Markdown, text; of images their size and EXIF. " +
      "Pages, slides and sheets begin with a mark such as <!-- page 3 -->; sheets show the letters of columns and the numbers of rows. " +
      "Choose parts or rows of long documents, search for a text, or read on with nextOffset.",
    input,
    output: z.strictObject({
      source: z.string().describe("the path or the artifact"),
      format: z.enum(documentFormats),
      title: z.string().optional(),
      facts: z.record(z.string(), z.string()).describe("what the document says of itself"),
      parts: count.describe("pages, slides or sheets of the whole document"),
      names: z.array(z.string()).optional().describe("of sheets"),
      characters: count.describe("of what was chosen"),
      text: z.string().optional(),
      nextOffset: count.nullable().optional().describe("where to read on; null at the end"),
      matches: z
        .array(z.strictObject({ part: count, offset: count, line: count, text: z.string() }))
        .optional(),
      truncated: z.boolean(),
      notes: z.array(z.string()),
    }),
    risk: "read",
    reach: "run",
    emits: ["document", "private"],
    examples: [{ input: { path: "report.pdf", parts: "1-3" } }],
    recovery: "idempotent",
    timeoutMs: 90_000,
    maxAttempts: 1,
    call: (asked, context) => read(asked, context, maxResultBytes),
  });
}

async function read(asked: z.output<typeof input>, context: ToolContext, maxResultBytes: number) {
  const { search, offset, characters, formulas } = asked;
  const rows = asked.rows === undefined ? undefined : rangeOf(asked.rows);
  const { source, name, content } = await openSource(asked, context);
  const options = { formulas, ...(rows && { rows }) };
  const document = await parseDocument(content, name, options, context.signal);
  const chosen = chooseParts(document, asked);
  const { text, starts } = joinParts(document, chosen);
  const about = { source, ...aboutOf(document), characters: text.length };
  if (search !== undefined) {
    const { matches, truncated } = findText(text, search, lineStarts(text));
    const placed = matches.map((match) => {
      const at = starts.findLastIndex((start) => start <= match.offset);
      return Object.assign(match, { part: chosen[at] ?? 1 });
    });
    return { ...about, matches: placed, truncated };
  }
  const from = Math.min(offset, text.length);
  const wanted = text.slice(from, from + characters).toWellFormed();
  const shown = cutToJson(wanted, Math.max(0, maxResultBytes - envelopeBytes));
  const next = from + shown.text.length;
  const nextOffset = next < text.length ? next : null;
  return { ...about, text: shown.text, nextOffset, truncated: nextOffset !== null };
}

async function openSource(
  { path, artifact: id }: z.output<typeof input>,
  context: ToolContext,
): Promise<{ source: string; name: string; content: Uint8Array }> {
  if (path !== undefined && id === undefined) {
    const content = await readFileOf(context, path, mostDocumentBytes);
    await labelRead(context, [path]);
    return { source: path, name: path, content };
  }
  if (id === undefined || path !== undefined) {
    throw new FlotillaError("tool_input_invalid", "Give a path or an artifact, one of them.");
  }
  const { artifact, content } = await context.artifact(id);
  if (content.byteLength <= mostDocumentBytes) return { source: id, name: artifact.name, content };
  throw new FlotillaError("tool_failed", `${id} has ${content.byteLength} bytes.`, {
    remedy: `Documents of up to ${mostDocumentBytes} bytes can be read.`,
  });
}

function aboutOf({ format, title, facts, parts, notes }: ParsedDocument) {
  const names = parts.flatMap(({ kind, name }) => (kind === "sheet" && name ? [name] : []));
  return {
    format,
    ...(title && { title: title.slice(0, 500) }),
    facts,
    parts: parts.length,
    ...(names.length > 0 && { names: names.slice(0, 200) }),
    notes,
  };
}

/** Numbers of the parts that are wanted. */
function chooseParts(
  { parts }: ParsedDocument,
  { parts: range, sheet }: Pick<z.output<typeof input>, "parts" | "sheet">,
): number[] {
  if (sheet !== undefined) {
    const at = parts.findIndex(({ kind, name }) => kind === "sheet" && name === sheet);
    if (at >= 0) return [at + 1];
    const names = parts.flatMap(({ name }) => (name === undefined ? [] : [name]));
    throw new FlotillaError("tool_input_invalid", `There is no sheet "${sheet}".`, {
      remedy: `Name one of: ${names.slice(0, 20).join(", ") || "(the document has no sheets)"}.`,
    });
  }
  if (range === undefined) return parts.map((_, at) => at + 1);
  const numbers = numbersIn(range, parts.length);
  if (numbers.length > 0) return numbers;
  throw new FlotillaError("tool_input_invalid", `There is no part ${range}.`, {
    remedy: `The document has ${parts.length}.`,
  });
}

export function joinParts(
  { parts }: ParsedDocument,
  chosen: readonly number[],
): { text: string; starts: number[] } {
  let text = "";
  const starts: number[] = [];
  for (const number of chosen) {
    const part = parts[number - 1];
    if (!part) continue;
    if (text !== "") text += "\n\n";
    starts.push(text.length);
    text += [anchorOf(part, number), part.markdown].filter(Boolean).join("\n\n");
  }
  return { text, starts };
}

/** What begins a page, a slide or a sheet; a text that is not divided has none. */
function anchorOf({ kind, name }: DocumentPart, number: number): string {
  if (kind === "text") return "";
  const named = kind === "sheet" && name ? `: ${name.replaceAll("--", "- -")}` : "";
  return `<!-- ${kind} ${number}${named} -->`;
}
