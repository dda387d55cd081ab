import { FlotillaError, type Attachment } from "@flotilla/core";
import { sniff, UnreadableError } from "@flotilla/tools";

/** What a file that came with a message is, by its content. */
export interface AttachedKind {
  /** undefined: a text. */
  kind: Attachment["kind"];
  mediaType: string;
}

/** Images that models are shown, and by what they begin. */
const images: readonly [start: RegExp, mediaType: string][] = [
  [/^\x89PNG\r\n/, "image/png"],
  [/^\xff\xd8\xff/, "image/jpeg"],
  [/^GIF8[79]a/, "image/gif"],
  [/^RIFF[^]{4}WEBP/, "image/webp"],
];

const office = "application/vnd.openxmlformats-officedocument";
const openDocument = "application/vnd.oasis.opendocument";

/** Archives and texts tell by their name what they are. */
const byEnding: Readonly<Record<string, string>> = {
  docx: `${office}.wordprocessingml.document`,
  xlsx: `${office}.spreadsheetml.sheet`,
  pptx: `${office}.presentationml.presentation`,
  odt: `${openDocument}.text`,
  ods: `${openDocument}.spreadsheet`,
  odp: `${openDocument}.presentation`,
  csv: "text/csv",
  md: "text/markdown",
  html: "text/html",
  json: "application/json",
  xml: "application/xml",
};

/** Throws `invalid_request` for a file that is neither a text, nor an image, nor a document that can be read. */
export function attachedKind(content: Uint8Array, name: string): AttachedKind {
  const start = Buffer.from(content.subarray(0, 16)).toString("latin1");
  const image = images.find(([pattern]) => pattern.test(start));
  if (image) return { kind: "image", mediaType: image[1] };
  const named = byEnding[/\.(\w+)$/.exec(name.toLowerCase())?.[1] ?? ""];
  try {
    const format = sniff(content, name);
    if (format === "pdf") return { kind: "document", mediaType: "application/pdf" };
    if (format === "zip") return { kind: "document", mediaType: named ?? "application/zip" };
    if (format === "image") return { kind: "document", mediaType: "application/octet-stream" };
    if (format === "eml") return { kind: "document", mediaType: "message/rfc822" };
    return { kind: undefined, mediaType: named ?? "text/plain" };
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    const { message, remedy } = error;
    throw new FlotillaError("invalid_request", `${name} is not attached. ${message}`, { remedy });
  }
}
