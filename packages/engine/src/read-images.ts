import type { ModelRequest } from "@flotilla/core";
import type { EngineParts } from "./segment.ts";

/** What providers take in one request, with room for the text. */
const mostBytes = 16 * 1024 * 1024;

/**
 * What the images of a request hold, the newest first while there is room, for a model that sees. One
 * that is gone is left out. Most requests have none, and nothing is read for them.
 */
export async function readImages(
  { models, artifacts }: Pick<EngineParts, "models" | "artifacts">,
  { model, messages }: Pick<ModelRequest, "model" | "messages">,
): Promise<Map<string, Uint8Array> | undefined> {
  const named = messages.flatMap((message) =>
    message.role === "user"
      ? message.content.flatMap((part) => (part.type === "image" ? part.artifact : []))
      : [],
  );
  if (named.length === 0 || !models.seesImages(model)) return undefined;
  const images = new Map<string, Uint8Array>();
  let bytes = 0;
  for (const id of named.toReversed()) {
    const content = await artifacts.read(id).catch(() => undefined);
    if (!content) continue;
    bytes += content.byteLength;
    if (bytes > mostBytes) break;
    images.set(id, content);
  }
  return images;
}
