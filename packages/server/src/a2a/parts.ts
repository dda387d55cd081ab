import type { Part } from "@a2a-js/sdk";
import { ContentTypeNotSupportedError, RequestMalformedError } from "@a2a-js/sdk/errors";
import type { JsonObject } from "@flotilla/core";

/** What a message of another agent says. */
export interface Said {
  text: string;
  attachments: { name: string; mediaType: string; text: string }[];
  /** Its data parts, as they are. */
  data: JsonObject[];
}

const textual = /^(?:text\/[\w.+-]+|application\/(?:[\w.-]+\+)?(?:json|xml|yaml))$/;

/**
 * Texts are joined, files become attachments of the run. Throws for what a run cannot be given: files that are no texts,
 * and addresses, which the platform does not fetch for others.
 */
export function readParts(parts: readonly Part[]): Said {
  const said: Said = { text: "", attachments: [], data: [] };
  const texts: string[] = [];
  for (const { content, filename, mediaType } of parts) {
    switch (content?.$case) {
      case "text":
        texts.push(content.value);
        break;
      case "data":
        said.data.push(content.value as JsonObject);
        break;
      case "raw":
        said.attachments.push(attachmentOf(content.value, filename, mediaType));
        break;
      case "url":
        throw new ContentTypeNotSupportedError(
          "Files are taken with their content, not by address.",
        );
      default:
        throw new RequestMalformedError("A part of the message has no content.");
    }
  }
  said.text = texts.join("\n\n");
  return said;
}

function attachmentOf(value: Uint8Array, filename: string, mediaType: string) {
  const type = mediaType || "text/plain";
  if (!textual.test(type)) {
    throw new ContentTypeNotSupportedError(`Files of ${type} are not taken; texts are.`);
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(value);
    return { name: filename || "file", mediaType: type, text };
  } catch {
    throw new ContentTypeNotSupportedError("The file is not a text in UTF-8.");
  }
}

const plain = { metadata: undefined, filename: "", mediaType: "" };

export function textPart(value: string): Part {
  return { ...plain, content: { $case: "text", value }, mediaType: "text/plain" };
}

export function dataPart(value: unknown): Part {
  return { ...plain, content: { $case: "data", value }, mediaType: "application/json" };
}

/** A file by its address; whoever may read the run reads it with his own key. */
export function filePart(value: string, filename: string, mediaType: string): Part {
  return { ...plain, content: { $case: "url", value }, filename, mediaType };
}
