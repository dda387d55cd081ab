import { FlotillaError, type Json, type ToolContext } from "@flotilla/core";
import type { CallToolResult, ContentBlock, ResourceContents } from "@modelcontextprotocol/client";
import { z } from "zod";
import { mcpLimits } from "./limits.ts";

const fileSchema = z.object({
  name: z.string(),
  mediaType: z.string(),
  bytes: z.int(),
  /** The artifact that holds it. */
  artifact: z.string(),
});

const linkSchema = z.object({
  uri: z.string(),
  name: z.string(),
  description: z.string().optional(),
  mediaType: z.string().optional(),
});

/** What a call of a server's tool comes to. */
export const mcpResultSchema = z.object({
  text: z.string().optional(),
  /** What the tool answers in the form of its output schema. */
  structured: z.json().optional(),
  /** Images, sounds and files, kept as artifacts. */
  files: z.array(fileSchema).optional(),
  /** Resources of the server that the answer names. */
  links: z.array(linkSchema).optional(),
});
export type McpResult = z.output<typeof mcpResultSchema>;

type Keep = Pick<ToolContext, "keep">;

/** The answer of a call for the model. Throws `tool_failed` with the server's words where it says that it failed. */
export async function resultOf(
  name: string,
  { content, structuredContent, isError }: CallToolResult,
  context: Keep,
): Promise<McpResult> {
  const result = await contentOf(content, context);
  if (isError) {
    const said = (result.text ?? JSON.stringify(structuredContent ?? null)).slice(
      0,
      mcpLimits.wordsLength,
    );
    throw new FlotillaError("tool_failed", `${name} answers with an error: ${said}`);
  }
  if (structuredContent === undefined) return result;
  // Servers repeat it as text for clients that know no structure.
  const repeats = result.text !== undefined && isSame(result.text, structuredContent);
  const { text, ...rest } = result;
  return {
    ...rest,
    ...(text !== undefined && !repeats && { text }),
    structured: structuredContent as Json,
  };
}

function isSame(text: string, structured: unknown): boolean {
  try {
    return JSON.stringify(JSON.parse(text)) === JSON.stringify(structured);
  } catch {
    return false;
  }
}

/** Texts as one, everything else as artifacts or links. */
async function contentOf(
  blocks: readonly ContentBlock[],
  context: Keep,
): Promise<Omit<McpResult, "structured">> {
  const texts: string[] = [];
  const files: z.output<typeof fileSchema>[] = [];
  const links: z.output<typeof linkSchema>[] = [];
  const keep = async (name: string, mediaType: string, data: string) =>
    files.push(await keepFile(context, { name, mediaType, data }));
  for (const block of blocks) {
    switch (block.type) {
      case "text":
        texts.push(block.text);
        break;
      case "image":
      case "audio":
        await keep(block.type, block.mimeType, block.data);
        break;
      case "resource":
        if ("text" in block.resource) texts.push(block.resource.text);
        else await keep(block.resource.uri, mediaTypeOf(block.resource), block.resource.blob);
        break;
      case "resource_link":
        links.push({
          ...{ uri: block.uri, name: block.name },
          ...(block.description !== undefined && { description: block.description }),
          ...(block.mimeType !== undefined && { mediaType: block.mimeType }),
        });
    }
  }
  return {
    ...(texts.length > 0 && { text: texts.join("\n\n") }),
    ...(files.length > 0 && { files }),
    ...(links.length > 0 && { links }),
  };
}

/** What a resource holds. */
export async function resourceOf(
  contents: readonly ResourceContents[],
  context: Keep,
): Promise<Omit<McpResult, "structured">> {
  return contentOf(
    contents.map((resource) => ({ type: "resource", resource }) as ContentBlock),
    context,
  );
}

function mediaTypeOf({ mimeType }: ResourceContents): string {
  return mimeType ?? "application/octet-stream";
}

async function keepFile(
  context: Keep,
  { name, mediaType, data }: { name: string; mediaType: string; data: string },
): Promise<z.output<typeof fileSchema>> {
  const content = Buffer.from(data, "base64");
  const short = (name.split("/").findLast(Boolean) ?? "file").slice(0, 200);
  // What a server calls it stands in lists and answers: letters of a media type and nothing else.
  const type = /^[\w.+-]{1,64}\/[\w.+-]{1,64}$/.test(mediaType)
    ? mediaType
    : "application/octet-stream";
  const { id, bytes } = await context.keep({ name: short, mediaType: type, content });
  return { name: short, mediaType: type, bytes, artifact: id };
}
