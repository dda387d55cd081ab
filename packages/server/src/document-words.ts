import type { DocumentWords } from "@flotilla/api";
import { toFlotillaError, type Artifact } from "@flotilla/core";
import { mostDocumentBytes, parseDocument } from "@flotilla/tools";
import type { AppParts } from "./app-parts.ts";
import { refusal } from "./http/refusal.ts";

const mostCharacters = 1_000_000;

/** What a document says. Refuses what is none, cannot be read, or is too large. */
export async function documentWords(
  artifacts: Pick<AppParts["artifacts"], "read">,
  { id, name, bytes }: Artifact,
  signal: AbortSignal,
): Promise<DocumentWords> {
  if (bytes > mostDocumentBytes) {
    throw refusal(
      413,
      `${id} has ${bytes} bytes.`,
      `Of up to ${mostDocumentBytes} bytes words are read.`,
    );
  }
  const content = await artifacts.read(id);
  const read = await parseDocument(content, name, {}, signal).catch((thrown: unknown) => {
    const { code, message, remedy } = toFlotillaError(thrown);
    throw code === "tool_failed" ? refusal(422, message, remedy) : thrown;
  });
  const { format, title, notes } = read;
  const parts = firstOf(read.parts);
  const truncated = parts.length < read.parts.length || parts.at(-1) !== read.parts.at(-1);
  return { format, ...(title && { title }), parts, truncated, notes };
}

/** Parts up to as many characters as are sent; the last may be cut. */
function firstOf(parts: DocumentWords["parts"]): DocumentWords["parts"] {
  const first: DocumentWords["parts"] = [];
  let room = mostCharacters;
  for (const part of parts) {
    if (room <= 0) break;
    const fits = part.markdown.length <= room;
    first.push(fits ? part : { ...part, markdown: part.markdown.slice(0, room).toWellFormed() });
    room -= part.markdown.length;
  }
  return first;
}
