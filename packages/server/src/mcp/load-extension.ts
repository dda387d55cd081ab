import { pathToFileURL } from "node:url";
import { FlotillaError } from "@flotilla/core";
import { z } from "zod";
import type { McpExtension } from "./extension.ts";
import { ownTools } from "./own-tools.ts";

const list = z.array(z.looseObject({ name: z.string().min(1).max(200) }));
const definitions = z.array(z.looseObject({ definition: z.looseObject({ name: z.string() }) }));
const moduleSchema = z.object({
  extension: z.looseObject({
    tools: definitions.optional(),
    resources: list.optional(),
    resourceTemplates: list.optional(),
    prompts: list.optional(),
  }),
});

/**
 * Loads the module of an operator's own. Throws `config_invalid`, naming what is wrong with it.
 *
 * @param file its absolute path; it exports an `McpExtension` as `extension`
 */
export async function loadExtension(file: string): Promise<McpExtension> {
  const loaded: unknown = await import(pathToFileURL(file).href).catch((cause: Error) => {
    throw wrong(file, `cannot be loaded: ${cause.message}`, cause);
  });
  const parsed = moduleSchema.safeParse(loaded);
  if (!parsed.success) {
    throw wrong(file, `exports no extension: ${z.prettifyError(parsed.error)}`, parsed.error);
  }
  const { extension } = loaded as { extension: McpExtension };
  const taken = new Set(ownTools.map(({ definition }) => definition.name));
  const used = extension.tools?.find(({ definition }) => taken.has(definition.name));
  if (used) throw wrong(file, `has a tool ${used.definition.name}, which the server has itself`);
  return extension;
}

function wrong(file: string, what: string, cause?: unknown): FlotillaError {
  return new FlotillaError("config_invalid", `mcpExtension: ${file} ${what}.`, {
    remedy: "See docs/mcp-server.md for what such a module exports.",
    ...(cause !== undefined && { cause }),
  });
}
