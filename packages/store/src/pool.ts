import pg from "pg";

const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, Number);

export interface PoolOptions {
  url: string;
  /** Most connections. Default 10. */
  max?: number;
  /** Shown in pg_stat_activity. */
  name: string;
  /** Server settings of its connections, as `-c name=value`. */
  settings?: string;
  /** Told of connections that die while idle; the pool replaces them by itself. */
  onError: (error: Error) => void;
}

/**
 * A connection pool whose 64-bit integers are numbers (all of ours stay below 2^53).
 * It and its connections have error listeners, so that a server restart does not end the process.
 */
export function openPool(options: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.max ?? 10,
    application_name: options.name,
    ...(options.settings && { options: options.settings }),
    keepAlive: true,
    // A process that is frozen within a transaction must not hold its locks against the others.
    idle_in_transaction_session_timeout: 5_000,
    connectionTimeoutMillis: 60_000,
    idleTimeoutMillis: 60_000,
    types,
  });
  pool.on("error", options.onError);
  // The pool listens to idle connections only. One that is lost between two statements of a
  // transaction fails the next of them; without a listener it would end the process.
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}

const retryableStates = new Set([
  "25P03", // idle_in_transaction_session_timeout
  "57P01", // admin_shutdown
  "57P02", // crash_shutdown
  "57P03", // cannot_connect_now
  "08000", // connection_exception
  "08003",
  "08006",
  "53100", // disk_full: nothing was written, and there may be room again
  "53300", // too_many_connections
  "40001", // serialization_failure
  "40P01", // deadlock_detected
]);
const retryableCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
]);

/** True for errors that say "the database is away", where the same statement may work later. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: string }).code;
  if (code && (retryableStates.has(code) || retryableCodes.has(code))) return true;
  return /connection (terminated|timeout)|timeout exceeded when trying to connect|not queryable|ended unexpectedly/i.test(
    error.message,
  );
}

/** True when a primary key or unique index refused the row. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && (error as { code?: string }).code === "23505";
}
