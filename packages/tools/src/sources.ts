import { z } from "zod";
import { openApiSchema, type OpenApiSource } from "./openapi/settings.ts";

/** Where an organisation's own tools come from. Paths are absolute. */
export interface ToolSources {
  /** A folder of tool files. */
  folder?: string | undefined;
  /** Names of installed npm packages that export tools. */
  packages?: readonly string[] | undefined;
  /** Documents of HTTP APIs, whose operations become tools. */
  openapi?: readonly OpenApiSource[] | undefined;
  /** Where packages and documents are looked for. Default: the working directory. */
  from?: string | undefined;
}

const packageName = z
  .string()
  .max(214)
  .regex(/^(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/, "not the name of an npm package");

/** The setting `tools`: a folder, or all that tools come from. */
export const toolSourcesSchema = z.preprocess(
  (value) => (typeof value === "string" ? sourcesIn(value) : value),
  z.strictObject({
    folder: z.string().min(1).optional(),
    packages: z.array(packageName).max(100).default([]),
    openapi: z.array(openApiSchema).max(100).default([]),
  }),
);

/** A variable holds a folder's path, or the whole as JSON. */
function sourcesIn(text: string): unknown {
  if (!text.trimStart().startsWith("{")) return { folder: text };
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
