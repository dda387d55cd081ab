import { loadFolder } from "./folder.ts";
import type { LoadedTool } from "./load-module.ts";
import type { OpenApiSource } from "./openapi/settings.ts";
import type { ApiAccess } from "./openapi/send-call.ts";
import { loadPackages } from "./package.ts";
import type { ToolSources } from "./sources.ts";

/**
 * Every tool of the sources, in their order. Rejects with `config_invalid` naming what is wrong, and where.
 *
 * @param openAccess how the documents' operations are called
 */
export async function loadSources(
  sources: ToolSources,
  openAccess: () => ApiAccess,
): Promise<LoadedTool[]> {
  const { folder, packages = [], openapi = [], from = process.cwd() } = sources;
  const loaded = [
    ...(folder === undefined ? [] : await loadFolder(folder)),
    ...(packages.length === 0 ? [] : await loadPackages(packages, from)),
  ];
  if (openapi.length === 0) return loaded;
  const { openApiTools } = await import("./openapi/openapi-tools.ts");
  const { readDocument } = await import("./openapi/read-document.ts");
  const access = openAccess();
  for (const source of openapi) {
    const text = source.text ?? (await readDocument(source.document, from, access));
    loaded.push(...(await openApiTools(source, text, access)));
  }
  return loaded;
}

/** The sources with the texts of their documents, so that every process makes the same tools of them. */
export async function readSources(
  sources: ToolSources,
  openAccess: () => ApiAccess,
): Promise<ToolSources> {
  const { folder, packages, openapi = [], from = process.cwd() } = sources;
  const read = { folder, packages, from };
  if (openapi.length === 0) return read;
  const { readDocument } = await import("./openapi/read-document.ts");
  const access = openAccess();
  const documents: OpenApiSource[] = [];
  for (const source of openapi) {
    const text = source.text ?? (await readDocument(source.document, from, access));
    documents.push({ ...source, text });
  }
  return { ...read, openapi: documents };
}
