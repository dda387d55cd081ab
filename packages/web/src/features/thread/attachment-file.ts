import { largestAttachedFile, type ThreadAttachment } from "@flotilla/api";
import { FlotillaError, type Attachment } from "@flotilla/core";

/** What goes along with a message, and how it is shown before it is sent. */
export interface Attached {
  name: string;
  bytes: number;
  isImage: boolean;
  /** An image's own address, to be seen before it is sent. */
  preview?: string;
  send: ThreadAttachment;
}

const longestText = 4_000_000;
/** What a request takes, with room for the message. */
const mostInAll = 7_500_000;

const known: Readonly<Record<string, string>> = {
  json: "application/json",
  jsonl: "application/x-ndjson+json",
  xml: "application/xml",
  yaml: "application/yaml",
  yml: "application/yaml",
  csv: "text/csv",
  md: "text/markdown",
  html: "text/html",
};

/** What may be attached, in a line. */
export const attachHint = `Texts, images, PDF and office documents, up to ${largestAttachedFile / 2 ** 20} MB`;

/** Reads a file somebody chose. Throws `invalid_request` for one that is empty or too large. */
export async function readAttachment(file: File): Promise<Attached> {
  const name = file.name.slice(-200) || "pasted";
  if (file.size === 0) throw refused(name, "is empty", "Attach a file that says something.");
  if (file.size > longestText * 4) throw refused(name, "is too large", "Attach a part of it.");
  const about = { name, bytes: file.size, isImage: false };
  const text = await textOf(file);
  if (text !== undefined) {
    if (text.length > longestText) throw refused(name, "is too large", "Attach a part of it.");
    const mediaType = known[name.split(".").pop()?.toLowerCase() ?? ""] ?? "text/plain";
    return { ...about, send: { name, mediaType, text } };
  }
  if (file.size > largestAttachedFile) {
    throw refused(
      name,
      "is too large",
      `Attach a file of up to ${largestAttachedFile / 2 ** 20} MB.`,
    );
  }
  const isImage = /^image\/(?:png|jpeg|gif|webp)$/.test(file.type);
  const address = await dataUrl(file);
  const send = { name, base64: address.slice(address.indexOf(",") + 1) };
  return { ...about, isImage, ...(isImage && { preview: address }), send };
}

/** What came with an earlier message, to be sent once more. */
export function attachedAgain({ name, kind, artifact }: Attachment): Attached {
  const { id, bytes } = artifact;
  return { name, bytes, isImage: kind === "image", send: { artifact: id } };
}

/** Throws `invalid_request` when together they are more than a request takes. */
export function checkTogether(attached: readonly Attached[]): void {
  const size = attached.reduce((sum, { send }) => sum + sizeOf(send), 0);
  if (size <= mostInAll) return;
  const remedy = "Send some of them with another message.";
  throw new FlotillaError("invalid_request", "The files are too large together.", { remedy });
}

function sizeOf(send: ThreadAttachment): number {
  if ("text" in send) return send.text.length;
  return "base64" in send ? send.base64.length : 0;
}

/** undefined: it is no text. */
async function textOf(file: File): Promise<string | undefined> {
  const text = await file.text();
  return /[\0\uFFFD]/.test(text) || text.startsWith("%PDF-") ? undefined : text;
}

function dataUrl(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result as string));
    reader.addEventListener("error", () => reject(reader.error ?? new Error("It cannot be read.")));
    reader.readAsDataURL(file);
  });
}

function refused(name: string, what: string, remedy: string): FlotillaError {
  return new FlotillaError("invalid_request", `${name} ${what}.`, { remedy });
}
