import {
  canonicalJson,
  type CredentialScope,
  type FlotillaError,
  type Log,
  type McpServerEntry,
  type McpSighting,
} from "@flotilla/core";
import type { Transport } from "@modelcontextprotocol/client";
import { connect, type Connection } from "./connection.ts";
import { mcpLimits } from "./limits.ts";

export interface ConnectionParts {
  log: Log;
  see(serverId: string, sighting: McpSighting): Promise<void>;
  transport(entry: McpServerEntry, closed: AbortController): Promise<Transport>;
}

interface Kept {
  place: CredentialScope;
  /** Of all that a connection depends on. */
  of: string;
  opening: Promise<Connection>;
  /** Calls that use it at this moment. */
  users: number;
  lastUsed: number;
}

interface Failed {
  of: string;
  error: FlotillaError;
  times: number;
  until: number;
}

const firstPauseMs = 500;
const longestPauseMs = 30_000;

/** The connections of a process: one for each server, opened when it is needed and closed when nobody needs it. */
export class Connections {
  readonly #parts: ConnectionParts;
  readonly #kept = new Map<string, Kept>();
  readonly #failed = new Map<string, Failed>();
  readonly #sweeper: NodeJS.Timeout;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.#sweeper = setInterval(() => this.#sweep(), mcpLimits.idleMs / 5);
    this.#sweeper.unref();
  }

  /**
   * Does something over the connection to a server. One that the server has forgotten is opened again. Throws what `connect`
   * throws; after a failure the next ones follow at once for a while, so that a server which is down holds nobody up.
   */
  async use<T>(entry: McpServerEntry, work: (connection: Connection) => Promise<T>): Promise<T> {
    const kept = this.#open(entry);
    kept.users += 1;
    try {
      return await work(await kept.opening);
    } catch (error) {
      if (!isForgotten(error)) throw error;
      this.#drop(entry.server.id, kept);
      return await work(await this.#open(entry).opening);
    } finally {
      kept.users -= 1;
      kept.lastUsed = performance.now();
    }
  }

  /** Opens one anew and reads what the server says, whatever was before. */
  async look(entry: McpServerEntry): Promise<Connection> {
    const { id } = entry.server;
    this.#failed.delete(id);
    const kept = this.#kept.get(id);
    if (kept) this.#drop(id, kept);
    return this.#open(entry).opening;
  }

  /** Where an organisation's servers are that it has connections to. */
  placesOf(organisation: string): CredentialScope[] {
    const places = [...this.#kept.values()].map(({ place }) => place);
    return places.filter((place) => place.organisation === organisation);
  }

  /** Closes the connections to servers of a place that may be called no more. */
  retain(place: CredentialScope, serverIds: ReadonlySet<string>): void {
    for (const [id, kept] of this.#kept) {
      const { organisation, environment } = kept.place;
      const isThere = organisation === place.organisation && environment === place.environment;
      if (!isThere || serverIds.has(id)) continue;
      this.#failed.delete(id);
      this.#drop(id, kept);
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    const all = [...this.#kept.values()];
    this.#kept.clear();
    await Promise.allSettled(all.map(async ({ opening }) => (await opening).close()));
  }

  #open(entry: McpServerEntry): Kept {
    const { id, hash, tools, sampling, signIn, organisation, environment } = entry.server;
    // Renewed tokens are of the same sign-in.
    const of = canonicalJson({ hash, tools, sampling, signedInAt: signIn?.at ?? null });
    const kept = this.#kept.get(id);
    if (kept?.of === of) return kept;
    if (kept) this.#drop(id, kept);
    const failed = this.#failed.get(id);
    if (failed?.of === of && performance.now() < failed.until) throw failed.error;
    const opened: Kept = {
      place: { organisation, environment },
      of,
      opening: this.#connect(entry),
      users: 0,
      lastUsed: performance.now(),
    };
    this.#kept.set(id, opened);
    opened.opening.then(
      ({ closed }) => {
        this.#failed.delete(id);
        if (closed.aborted) this.#drop(id, opened);
        else closed.addEventListener("abort", () => this.#drop(id, opened), { once: true });
      },
      (error: FlotillaError) => {
        this.#drop(id, opened);
        this.#noteFailure(id, of, error);
      },
    );
    return opened;
  }

  async #connect(entry: McpServerEntry): Promise<Connection> {
    const { id } = entry.server;
    const { log, see, transport } = this.#parts;
    try {
      return await connect(entry.server, {
        log,
        see: (sighting) => see(id, sighting),
        knownTools: () => entry.tools,
        transport: (closed) => transport(entry, closed),
      });
    } catch (error) {
      const message = (error as Error).message.slice(0, mcpLimits.wordsLength);
      await see(id, { about: null, error: message, tools: null }).catch(() => undefined);
      throw error;
    }
  }

  #noteFailure(id: string, of: string, error: FlotillaError): void {
    const before = this.#failed.get(id);
    const times = (before?.of === of ? before.times : 0) + 1;
    const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** (times - 1));
    this.#failed.set(id, { of, error, times, until: performance.now() + pauseMs });
  }

  #drop(id: string, kept: Kept): void {
    if (this.#kept.get(id) === kept) this.#kept.delete(id);
    kept.opening.then((one) => one.close()).catch(() => undefined);
  }

  #sweep(): void {
    const now = performance.now();
    for (const [id, kept] of this.#kept) {
      if (kept.users === 0 && now - kept.lastUsed > mcpLimits.idleMs) this.#drop(id, kept);
    }
  }
}

/** A server answers so to a session that it does not know any more: it has done nothing. */
function isForgotten(error: unknown): boolean {
  const { name, status } = error as { name?: string; status?: unknown };
  return name === "SdkHttpError" ? status === 404 : hasForgotten(error);
}

function hasForgotten(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause !== undefined && isForgotten(cause);
}
