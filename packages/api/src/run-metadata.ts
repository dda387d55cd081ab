import type { RunMetadata } from "@flotilla/core";
import { z } from "zod";
import { storableText } from "./bounds.ts";

const refusal = "must be key=value, several with commas between them; %2C is a comma in a value";

/**
 * Notes of a run's metadata as one text, as in W3C Baggage (https://www.w3.org/TR/baggage/): `customer=acme,region=eu`.
 * Percent signs begin encoded characters, so that a key or a value may hold `=` and commas too.
 */
export const metadataQuerySchema = storableText.max(4_000).transform((text, context) => {
  const metadata = parseMetadata(text);
  if (metadata) return metadata;
  context.addIssue({ code: "custom", message: refusal });
  return z.NEVER;
});

/** Undefined when it is no such text. */
export function parseMetadata(text: string): RunMetadata | undefined {
  const notes = text.split(",").map((note) => {
    const [key = "", ...value] = note.split("=");
    return value.length > 0 ? [key.trim(), value.join("=").trim()].map(decoded) : [];
  });
  const isWhole = notes.every(([key, value]) => key && value !== undefined);
  return isWhole ? (Object.fromEntries(notes) as RunMetadata) : undefined;
}

export function formatMetadata(metadata: RunMetadata): string {
  const encoded = (text: string) =>
    text.replaceAll(/^\s|[%,=\0]|\s$/g, (character) => encodeURIComponent(character));
  return Object.entries(metadata)
    .map(([key, value]) => `${encoded(key)}=${encoded(value)}`)
    .join(",");
}

function decoded(text: string): string | undefined {
  try {
    const plain = decodeURIComponent(text);
    return plain.includes("\0") ? undefined : plain;
  } catch {
    return undefined;
  }
}
