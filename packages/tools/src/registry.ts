import {
  FlotillaError,
  type ApartTools,
  type PlacedTools,
  type ToolInfo,
  type ToolPort,
} from "@flotilla/core";
import leven from "leven";
import { openApart } from "./apart/open-apart.ts";
import { builtIns } from "./built-ins.ts";
import { callTool, destinationsOf, reconcileTool } from "./call.ts";
import { loadSources, readSources } from "./load-sources.ts";
import type { Mcp } from "./mcp/open-mcp.ts";
import { apiAccess } from "./openapi/send-call.ts";
import { defaultSettings, type ToolSettings } from "./settings.ts";
import type { ToolSources } from "./sources.ts";
import type { Tool } from "./tool.ts";

/** The built-ins are always there; what the sources hold is loaded once. */
export interface OpenTools extends ToolSources {
  /** Beside the built-ins. */
  tools?: readonly Tool[];
  settings?: ToolSettings;
}

export interface OpenToolsHere extends OpenTools {
  /** How much memory a call that is made apart may use; left out: as much as there is. */
  memoryBytes?: number;
  /** How long such a call may block its process. Default: 10 s. */
  hangMs?: number;
  /** Where organisations have tools of their own. */
  mcp?: Pick<Mcp, "toolsOf">;
}

/** Tools without the processes for calls made apart. */
export type ToolSet = Omit<ToolPort, "apart">;

export interface OpenedTools extends PlacedTools {
  /** Ends the processes for calls made apart. */
  close(): void;
}

/**
 * The built-ins, the given tools and those of the sources behind one port. A tool that was given is in no other
 * process: its calls are made here, apart or not.
 * Rejects with `config_invalid` when a source cannot be loaded or two tools share a name.
 */
export async function openTools(options: OpenToolsHere = {}): Promise<OpenedTools> {
  const all = { ...defaultSettings, ...options.settings };
  const sources = await readSources(options, () => apiAccess(all));
  const registry = await readTools({ ...options, ...sources });
  const { resolve: _resolve, ...settings } = all;
  const { memoryBytes = null, hangMs, mcp } = options;
  const apart = openApart({ sources, settings, memoryBytes, hangMs });
  const isGiven = new Set(options.tools?.map(({ info }) => info.name));
  const open = (tools: readonly Tool[]): ToolPort => {
    const own = new Map(tools.map((tool) => [tool.info.name, tool]));
    const set = portOf(new Map([...own, ...registry]), settings.maxOutputBytes);
    const isHere = (name: string) => isGiven.has(name) || own.has(name);
    return { ...set, apart: apartOf(set, apart, isHere) };
  };
  const port = open([]);
  const ports = new WeakMap<readonly Tool[], ToolPort>();
  return {
    ...port,
    async of(place) {
      const tools = (await mcp?.toolsOf(place)) ?? [];
      if (tools.length === 0) return port;
      const known = ports.get(tools) ?? open(tools);
      ports.set(tools, known);
      return known;
    },
    close: () => apart.close(),
  };
}

/** @param isHere whether calls of a tool are made in this process, apart or not */
function apartOf(set: ToolSet, apart: ApartTools, isHere: (name: string) => boolean): ApartTools {
  return {
    call: (name, input, context, isFresh) =>
      isHere(name) ? set.call(name, input, context) : apart.call(name, input, context, isFresh),
    reconcile: (name, input, context, isFresh) =>
      isHere(name)
        ? set.reconcile(name, input, context)
        : apart.reconcile(name, input, context, isFresh),
  };
}

/** The tools of this process alone; see `openTools`. */
export async function loadTools(options: OpenTools = {}): Promise<ToolSet> {
  const { maxOutputBytes } = { ...defaultSettings, ...options.settings };
  return portOf(await readTools(options), maxOutputBytes);
}

async function readTools(options: OpenTools): Promise<ReadonlyMap<string, Tool>> {
  const settings = { ...defaultSettings, ...options.settings };
  const registry = new Map<string, Tool>();
  const origins = new Map<string, string>();
  const register = (tool: Tool, source: string) => {
    const { name } = tool.info;
    const first = origins.get(name);
    if (first !== undefined) {
      const message = `${source} defines the tool ${name} a second time; it is in ${first}.`;
      const remedy = "Give every tool its own name; the built-ins' names are taken.";
      throw new FlotillaError("config_invalid", message, { remedy });
    }
    origins.set(name, source);
    checkGroup(tool.info, registry, source);
    registry.set(name, tool);
  };
  for (const tool of builtIns(settings)) register(tool, "the built-ins");
  for (const tool of options.tools ?? []) register(tool, "the list of extra tools");
  const loaded = await loadSources(options, () => apiAccess(settings));
  for (const { tool, source } of loaded) register(tool, source);
  return registry;
}

/** Throws when the tools of a concurrency group say otherwise how many of their calls there may be. */
function checkGroup(
  { name, concurrency }: ToolInfo,
  others: ReadonlyMap<string, Tool>,
  source: string,
): void {
  if (!concurrency) return;
  const { group, most } = concurrency;
  for (const { info } of others.values()) {
    const other = info.concurrency;
    if (other?.group !== group || other.most === most) continue;
    const message = `${source}: ${name} allows ${most} calls of the group ${group} at once, ${info.name} allows ${other.most}.`;
    const remedy = "Say the same number in all tools of a group, or give them groups of their own.";
    throw new FlotillaError("config_invalid", message, { remedy });
  }
}

function portOf(registry: ReadonlyMap<string, Tool>, maxResultBytes: number): ToolSet {
  const infos = [...registry.values()]
    .map((tool) => tool.info)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const find = (name: string): Tool => {
    const tool = registry.get(name);
    if (tool) return tool;
    throw unknownTool(name, infos);
  };
  return {
    list: () => infos.slice(),
    get: (name) => find(name).info,
    call: async (name, input, context) => callTool(find(name), input, context, maxResultBytes),
    reconcile: async (name, input, context) =>
      reconcileTool(find(name), input, context, maxResultBytes),
    destinations: (name, input) => destinationsOf(find(name), input),
  };
}

function unknownTool(name: string, infos: readonly ToolInfo[]): FlotillaError {
  const nearest = infos
    .map((info) => ({ name: info.name, distance: leven(name.slice(0, 64), info.name) }))
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map((candidate) => candidate.name);
  return new FlotillaError(
    "unknown_tool",
    `There is no tool ${JSON.stringify(name.slice(0, 64))}. The nearest names: ${nearest.join(", ")}.`,
  );
}
