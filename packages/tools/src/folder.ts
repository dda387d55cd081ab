import { FlotillaError } from "@flotilla/core";
import { readdir, realpath } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { loadModule, provideImports, type LoadedTool } from "./load-module.ts";

const TOOL_FILE = /(?<!\.d|\.test)\.(?:ts|js|mjs)$/;

/**
 * The tool files of a folder, in the order of their names: every `*.ts`, `*.js` and `*.mjs`, not in its subfolders;
 * tests and declarations are passed over. Rejects with `config_invalid` when the folder cannot be read.
 */
export async function toolFiles(folder: string): Promise<string[]> {
  const root = resolve(folder);
  try {
    // Modules are known by their real paths.
    const real = await realpath(root);
    const names = (await readdir(real)).filter((name) => TOOL_FILE.test(name));
    return names.toSorted().map((name) => join(real, name));
  } catch (cause) {
    throw new FlotillaError("config_invalid", `The tools folder ${root} cannot be read.`, {
      remedy: "Set FLOTILLA_TOOLS (or tools.folder) to a folder that exists, or unset it.",
      cause,
    });
  }
}

/** Each tool of each tool file. Rejects with `config_invalid` naming the file and what is wrong with it. */
export async function loadFolder(folder: string): Promise<LoadedTool[]> {
  const loaded: LoadedTool[] = [];
  for (const file of await toolFiles(folder)) loaded.push(...(await loadFile(file)));
  return loaded;
}

/** The tools of one file, which may import what is provided. */
export async function loadFile(file: string): Promise<LoadedTool[]> {
  const real = await realpath(file).catch(() => resolve(file));
  provideImports(`${pathToFileURL(dirname(real)).href}/`);
  return loadModule({
    specifier: pathToFileURL(real).href,
    what: `The tool file ${real}`,
    source: real,
    remedy: "Correct the file, or move it out of the tools folder.",
  });
}
