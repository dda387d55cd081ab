import { loadFolder } from "./folder.ts";
import type { LoadedTool } from "./load-module.ts";
import { loadPackages } from "./package.ts";
import type { ToolSources } from "./sources.ts";

/** Every tool of the sources, in their order. Rejects with `config_invalid` naming what is wrong, and where. */
export async function loadSources(sources: ToolSources): Promise<LoadedTool[]> {
  const { folder, packages = [], from = process.cwd() } = sources;
  return [
    ...(folder === undefined ? [] : await loadFolder(folder)),
    ...(packages.length === 0 ? [] : await loadPackages(packages, from)),
  ];
}
