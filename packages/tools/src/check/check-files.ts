import { stat } from "node:fs/promises";
import { FlotillaError, toFlotillaError, type ErrorRecord } from "@flotilla/core";
import { builtIns } from "../built-ins.ts";
import { loadFile, toolFiles } from "../folder.ts";
import type { LoadedTool } from "../load-module.ts";
import { defaultSettings } from "../settings.ts";
import { checkTool } from "./check-tool.ts";
import type { ToolReport } from "./tool-report.ts";

/** What was found in one file. */
export interface FileReport {
  file: string;
  ok: boolean;
  /** It cannot be loaded, or a name is taken. */
  error?: ErrorRecord;
  tools: ToolReport[];
}

/**
 * Holds every tool of a file, or of the files of a folder, against the contract of tools. One file that cannot be
 * loaded does not hide the others. Rejects with `config_invalid` where there is nothing to check.
 */
export async function checkFiles(path: string): Promise<FileReport[]> {
  const files = await filesAt(path);
  if (files.length === 0) {
    throw new FlotillaError("config_invalid", `There is no tool file in ${path}.`, {
      remedy: "Name a .ts, .js or .mjs file, or a folder with some.",
    });
  }
  const taken = new Map(builtIns(defaultSettings).map(({ info }) => [info.name, "the built-ins"]));
  const reports: FileReport[] = [];
  for (const file of files) reports.push(await checkFile(file, taken));
  return reports;
}

async function filesAt(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => undefined);
  if (!found) {
    throw new FlotillaError("config_invalid", `There is no file or folder ${path}.`, {
      remedy: "Name a tool file, or a folder of them.",
    });
  }
  return found.isDirectory() ? toolFiles(path) : [path];
}

async function checkFile(file: string, taken: Map<string, string>): Promise<FileReport> {
  let loaded: LoadedTool[];
  try {
    loaded = await loadFile(file);
    for (const { tool } of loaded) {
      const { name } = tool.info;
      const first = taken.get(name);
      if (first !== undefined) throw twice(file, name, first);
      taken.set(name, file);
    }
  } catch (thrown) {
    return { file, ok: false, error: toFlotillaError(thrown).toRecord(), tools: [] };
  }
  const tools: ToolReport[] = [];
  for (const { tool } of loaded) tools.push(await checkTool(tool));
  return { file, ok: tools.every(({ ok }) => ok), tools };
}

function twice(file: string, name: string, first: string): FlotillaError {
  const message = `${file} defines the tool ${name} a second time; it is in ${first}.`;
  const remedy = "Give every tool its own name; the built-ins' names are taken.";
  return new FlotillaError("config_invalid", message, { remedy });
}
