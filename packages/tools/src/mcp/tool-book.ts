import {
  matchesGlob,
  mcpToolState,
  type CredentialScope,
  type McpServerEntry,
  type McpStore,
} from "@flotilla/core";
import type { Tool } from "../tool.ts";
import type { Connections } from "./connections.ts";
import { mcpToolOf } from "./mcp-tool.ts";
import { resourceTools } from "./resource-tools.ts";

/** What servers say is read again after so long even if nothing was heard of a change. */
const longestMs = 60_000;
const mostKept = 1_000;

interface Kept {
  readAt: number;
  tools: Promise<readonly Tool[]>;
}

/**
 * The approved tools of organisations' servers, kept in memory so that a segment costs no statement. A change is heard of at
 * once; one whose signal was lost counts after a minute.
 */
export class ToolBook {
  readonly #store: McpStore;
  readonly #connections: Connections;
  readonly #kept = new Map<string, Kept>();

  constructor(store: McpStore, connections: Connections) {
    this.#store = store;
    this.#connections = connections;
  }

  /** @returns the function that ends it */
  listen(): () => void {
    const ends = [
      this.#store.onChange((organisation) => this.#forget(organisation)),
      this.#store.onCatchUp(() => this.#kept.clear()),
    ];
    return () => {
      for (const end of ends) end();
    };
  }

  of(place: CredentialScope): Promise<readonly Tool[]> {
    const key = `${place.organisation} ${place.environment}`;
    const known = this.#kept.get(key);
    if (known && performance.now() - known.readAt < longestMs) return known.tools;
    if (this.#kept.size >= mostKept) this.#kept.clear();
    const read: Kept = { readAt: performance.now(), tools: this.#read(place) };
    this.#kept.set(key, read);
    read.tools.catch(() => {
      if (this.#kept.get(key) === read) this.#kept.delete(key);
    });
    return read.tools;
  }

  async #read(place: CredentialScope): Promise<readonly Tool[]> {
    const entries = await this.#store.of(place);
    this.#connections.retain(place, new Set(entries.map(({ server }) => server.id)));
    return entries.flatMap((entry) => usable(entry, this.#connections));
  }

  #forget(organisation: string): void {
    for (const key of this.#kept.keys()) {
      if (key.startsWith(`${organisation} `)) this.#kept.delete(key);
    }
    // What is disabled or gone is not only called no more, its connection ends as well.
    for (const place of this.#connections.placesOf(organisation)) {
      this.of(place).catch(() => undefined);
    }
  }
}

/** Those that say what was approved, and that the settings let through. */
function usable(entry: McpServerEntry, connections: Connections): Tool[] {
  const globs = entry.server.tools;
  const own = entry.tools.flatMap((tool) => {
    const { pinned, pinnedHash } = tool;
    if (!pinned || pinnedHash === null || mcpToolState(tool) !== "approved") return [];
    if (!globs.some((glob) => matchesGlob(glob, tool.tool))) return [];
    return [mcpToolOf(entry, { ...tool, pinned, pinnedHash }, connections)];
  });
  const names = new Set(entry.tools.map(({ name }) => name));
  const more = resourceTools(entry, connections).filter(({ info }) => !names.has(info.name));
  return [...own, ...more];
}
