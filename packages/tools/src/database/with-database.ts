import { FlotillaError, type ConnectionLogin, type SettingsOf } from "@flotilla/core";
import type { Client } from "pg";
import { connectionError } from "../connection/connection-error.ts";
import type { Reach } from "../connection/reach.ts";
import { trust } from "../connection/trust.ts";

const CONNECT_MS = 10_000;
/** More than this is never taken from a server, whatever it sends. */
const MAX_RECEIVED_BYTES = 64 * 1024 * 1024;

export interface DatabaseUse {
  settings: SettingsOf<"database">;
  login: ConnectionLogin | null;
}

/**
 * Gives the work a connection of its own to the database, closed at its end. What goes wrong between us and the server is told
 * as such. Throws a FlotillaError.
 */
export async function withDatabase<T>(
  reach: Reach,
  { settings, login }: DatabaseUse,
  signal: AbortSignal,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const { host, port, database, security, ca } = settings;
  const what = `The database ${host}:${port}`;
  const place = await reach.find({ host, port });
  const { default: pg } = await import("pg");
  const { servername } = place;
  const client = new pg.Client({
    ...{ host: place.host, port, database },
    ...(login?.user && { user: login.user }),
    password: login?.secret,
    ssl: security === "tls" && { ...trust(ca), ...(servername !== undefined && { servername }) },
    connectionTimeoutMillis: CONNECT_MS,
    application_name: "flotilla",
  });
  client.on("error", () => undefined);
  const tooMuch = boundReceived(client);
  const stop = () => void client.end().catch(() => undefined);
  signal.addEventListener("abort", stop, { once: true });
  try {
    await client.connect();
    return await work(client);
  } catch (thrown) {
    throw tooMuch() ?? asToolError(what, thrown);
  } finally {
    signal.removeEventListener("abort", stop);
    await client.end().catch(() => undefined);
  }
}

/** A single row may be larger than all that this process has. */
function boundReceived(client: Client): () => FlotillaError | undefined {
  const { stream } = (client as unknown as { connection: { stream: NodeJS.EventEmitter } })
    .connection;
  let received = 0;
  let problem: FlotillaError | undefined;
  const socket = stream as NodeJS.EventEmitter & { destroy(error?: Error): void };
  socket.on("data", (chunk: Buffer) => {
    received += chunk.length;
    if (received <= MAX_RECEIVED_BYTES || problem) return;
    problem = new FlotillaError(
      "tool_failed",
      `The database sent more than ${MAX_RECEIVED_BYTES} bytes.`,
      { remedy: "Ask for fewer columns or rows, or for parts of long values." },
    );
    socket.destroy(problem);
  });
  return () => problem;
}

interface ServerError extends Error {
  code?: string;
  severity?: string;
  hint?: string;
  position?: string;
}

/** By the classes of SQLSTATE (Appendix A of the manual of PostgreSQL). */
function asToolError(what: string, thrown: unknown): FlotillaError {
  if (thrown instanceof FlotillaError) return thrown;
  const error = thrown as ServerError;
  const { code = "", severity, hint } = error;
  if (severity === undefined || !/^[0-9A-Z]{5}$/.test(code)) return connectionError(what, thrown);
  if (code.startsWith("28")) return connectionError(what, Object.assign(error, { code: "EAUTH" }));
  const cause = { cause: thrown };
  const message = `The database says: ${error.message}.`;
  if (code === "57014") {
    const remedy = "Ask for less: a condition, an aggregate, an index that fits.";
    return new FlotillaError("tool_failed", "The statement took too long and was ended.", {
      remedy,
      ...cause,
    });
  }
  if (code === "42501" || code === "25006") {
    const remedy = "Its login may not do that; ask for other tables, or ask its administrator.";
    return new FlotillaError("tool_forbidden", message, { remedy, ...cause });
  }
  if (/^(?:08(?!P01)|53|57|40|55)/.test(code)) {
    return new FlotillaError("tool_failed", message, { transient: true, ...cause });
  }
  return new FlotillaError("tool_input_invalid", message, {
    remedy: hint ?? "Correct the statement; database_schema tells tables and columns.",
    ...cause,
  });
}
