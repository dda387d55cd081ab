import { FlotillaError } from "@flotilla/core";
import { readdir } from "node:fs/promises";
import { registerHooks } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { isTool, type Tool } from "./tool.ts";

const TOOL_FILE = /(?<!\.d|\.test)\.(?:ts|js|mjs)$/;

/** What a tool file may import wherever its folder is, without an installation beside it. */
const provided = ["@flotilla/tools", "@flotilla/core", "zod"];

export interface LoadedTool {
  tool: Tool;
  /** Path of the file that exports it. */
  file: string;
}

/**
 * Imports every `*.ts`, `*.js` and `*.mjs` file of the folder (not of its subfolders; tests
 * and declarations are passed over) and takes each exported tool, in the order of the file names.
 * Rejects with `config_invalid` naming the file and what is wrong with it.
 */
export async function loadFolder(folder: string): Promise<LoadedTool[]> {
  const root = resolve(folder);
  let names: string[];
  try {
    names = (await readdir(root)).filter((name) => TOOL_FILE.test(name)).toSorted();
  } catch (cause) {
    throw new FlotillaError("config_invalid", `The tools folder ${root} cannot be read.`, {
      remedy: "Set FLOTILLA_TOOLS to a folder that exists, or unset it.",
      cause,
    });
  }
  provideImports(`${pathToFileURL(root).href}/`);
  const loaded: LoadedTool[] = [];
  for (const name of names) loaded.push(...(await loadFile(join(root, name))));
  return loaded;
}

async function loadFile(file: string): Promise<LoadedTool[]> {
  let exported: Record<string, unknown>;
  try {
    exported = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (cause) {
    throw broken(file, cause instanceof Error ? cause.message : String(cause), cause);
  }
  const tools = new Set(Object.values(exported).filter(isTool));
  if (tools.size === 0) throw broken(file, "it exports no tool made by defineTool");
  return [...tools].map((tool) => ({ tool, file }));
}

function provideImports(folderUrl: string): void {
  registerHooks({
    resolve: (specifier, context, next) =>
      provided.includes(specifier) && context.parentURL?.startsWith(folderUrl)
        ? next(specifier, { ...context, parentURL: import.meta.url })
        : next(specifier, context),
  });
}

function broken(file: string, problem: string, cause?: unknown): FlotillaError {
  return new FlotillaError("config_invalid", `The tool file ${file} cannot be loaded: ${problem}`, {
    remedy: "Correct the file, or move it out of the tools folder.",
    cause,
  });
}
