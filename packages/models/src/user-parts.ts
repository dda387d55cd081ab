import type { LanguageModelV4Message } from "@ai-sdk/provider";
import type { UserMessage } from "@flotilla/core";
import type { ProviderConfig } from "./config.ts";

type UserPart = Extract<LanguageModelV4Message, { role: "user" }>["content"][number];

/** Stands in the place of an image that is not sent. */
const unseenImage = "[This image is not shown to you.]";

/** Whether the models of a provider are shown images. */
export function seesImages({ kind, images }: Pick<ProviderConfig, "kind" | "images">): boolean {
  return images ?? kind !== "openai-compatible";
}

/** What a person said, with its images where the model sees and what they hold is at hand. */
export function userParts(
  { content }: UserMessage,
  images: ReadonlyMap<string, Uint8Array> | undefined,
  config: ProviderConfig,
): UserPart[] {
  return content.map((part): UserPart => {
    if (part.type === "text") return part;
    const data = seesImages(config) ? images?.get(part.artifact) : undefined;
    if (!data) return { type: "text", text: unseenImage };
    return { type: "file", mediaType: part.mediaType, data: { type: "data", data } };
  });
}
