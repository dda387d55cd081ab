import { FlotillaError } from "@flotilla/core";
import { registerHooks } from "node:module";
import { isTool, type Tool } from "./tool.ts";

/** What a tool's file may import wherever it is, without an installation beside it. */
const provided = ["@flotilla/tools", "@flotilla/core", "zod"];

/** A tool, and where it comes from. */
export interface LoadedTool {
  tool: Tool;
  /** For people: a file's path, or a package's name. */
  source: string;
}

export interface ToolModule {
  /** What is imported: a file's URL, or a package's name. */
  specifier: string;
  /** For people: `The tool file /srv/tools/a.ts`. */
  what: string;
  source: string;
  remedy: string;
}

/**
 * Imports a module and takes every tool that it exports, by itself or in an array, each once.
 * Rejects with `config_invalid` naming the module and what is wrong with it.
 */
export async function loadModule(module: ToolModule): Promise<LoadedTool[]> {
  let exported: Record<string, unknown>;
  try {
    exported = (await import(module.specifier)) as Record<string, unknown>;
  } catch (cause) {
    throw broken(module, cause instanceof Error ? cause.message : String(cause), cause);
  }
  const values = Object.entries(exported).flatMap(([name, value]) => {
    const all: unknown[] = Array.isArray(value) ? value : [value];
    return all.map((one) => ({ name, value: one }));
  });
  const tools = new Set(values.map(({ value }) => value).filter(isTool));
  const bare = values.find(({ value }) => isBareDefinition(value));
  if (bare) {
    throw broken(module, `its export ${bare.name} is a definition alone: write defineTool({ … })`);
  }
  if (tools.size === 0) throw broken(module, "it exports no tool made by defineTool");
  return [...tools].map((tool) => ({ tool, source: module.source }));
}

function isBareDefinition(value: unknown): boolean {
  if (typeof value !== "object" || value === null || isTool(value)) return false;
  const { name, call, description } = value as Record<string, unknown>;
  return typeof name === "string" && typeof description === "string" && typeof call === "function";
}

const withImports = new Set<string>();

/** Lets the files below a folder import what is provided. @param folderUrl ends with a slash */
export function provideImports(folderUrl: string): void {
  if (withImports.has(folderUrl)) return;
  withImports.add(folderUrl);
  registerHooks({
    resolve: (specifier, context, next) =>
      provided.includes(specifier) && context.parentURL?.startsWith(folderUrl)
        ? next(specifier, { ...context, parentURL: import.meta.url })
        : next(specifier, context),
  });
}

function broken({ what, remedy }: ToolModule, problem: string, cause?: unknown): FlotillaError {
  return new FlotillaError("config_invalid", `${what} cannot be loaded: ${problem}`, {
    remedy,
    cause,
  });
}
