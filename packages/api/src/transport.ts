import { FlotillaError } from "@flotilla/core";
import { pause, reconnectMs } from "./pause.ts";
import { problemSchema, toProblemError, type Problem } from "./problem.ts";
import { parseServerSentEvents, type ServerSentEvent } from "./sse.ts";
import { keyProtocol, streamProtocol } from "./stream.ts";
import { unreachable } from "./unreachable.ts";

export interface TransportOptions {
  /** Where the server is: `http://127.0.0.1:4600`. */
  baseUrl: string;
  /** An API key, or the token of a session or service. Browsers have a cookie instead. */
  auth?: string | undefined;
  /** Where to act; default: where the caller is at home. */
  organisation?: string | undefined;
  environment?: string | undefined;
  fetch?: typeof fetch;
}

export interface RequestOptions {
  query?: Record<string, string | number | boolean | undefined>;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is, streamed. */
  body?: BodyInit;
  contentType?: string;
  /** Beside those that say who asks. */
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/**
 * One request to the API. Answers that are not 2xx become a FlotillaError made from the
 * problem; a server that cannot be reached becomes `unavailable`.
 */
export interface Transport {
  json<T>(method: string, path: string, options?: RequestOptions): Promise<T>;
  raw(method: string, path: string, options?: RequestOptions): Promise<Response>;
  /**
   * Follows a stream of server-sent events and reconnects by itself, resuming after the
   * last id seen. Returns after an `end` event; throws on a 4xx answer or an abort.
   */
  stream(path: string, options?: StreamOptions): AsyncGenerator<ServerSentEvent>;
  /** Where the WebSocket is, and the subprotocols to offer: what says who asks is among them. */
  socketAddress(): [url: string, protocols: string[]];
}

export interface StreamOptions {
  /** Resume after this id. */
  lastEventId?: string;
  signal?: AbortSignal;
  /** Told when the connection is lost (true) and found again (false). */
  onReconnecting?: (lost: boolean) => void;
  /** Gives up when the connection stays lost this long: throws `unavailable`. Default: never. */
  giveUpAfterMs?: number;
}

const prefix = "/api/v1";

export function createTransport(options: TransportOptions): Transport {
  const send = sender(options);
  return {
    raw: (method, path, request = {}) => send(method, path, request, {}),
    async json<T>(method: string, path: string, request: RequestOptions = {}): Promise<T> {
      const response = await send(method, path, request, {});
      return (response.status === 204 ? undefined : await response.json()) as T;
    },
    stream: (path, stream = {}) => follow(send, path, stream),
    socketAddress: () => socketAddress(options),
  };
}

function socketAddress(options: TransportOptions): [string, string[]] {
  const { auth, organisation, environment } = options;
  const url = new URL(
    options.baseUrl.replace(/^http/, "ws").replace(/\/+$/, "") + prefix + "/stream",
  );
  if (organisation) url.searchParams.set("organisation", organisation);
  if (environment) url.searchParams.set("environment", environment);
  return [url.href, auth ? [streamProtocol, keyProtocol + auth] : [streamProtocol]];
}

/** What says who asks, and where. */
function callerHeaders({ auth, organisation, environment }: TransportOptions) {
  return {
    ...(auth && { authorization: `Bearer ${auth}` }),
    ...(organisation && { "flotilla-organisation": organisation }),
    ...(environment && { "flotilla-environment": environment }),
  };
}

type Send = (
  method: string,
  path: string,
  request: RequestOptions,
  headers: Record<string, string>,
) => Promise<Response>;

function sender(options: TransportOptions): Send {
  const { baseUrl, fetch: doFetch = fetch } = options;
  const caller = callerHeaders(options);
  const base = baseUrl.replace(/\/+$/, "") + prefix;
  return async (method, path, request, extra) => {
    const url = new URL(base + path);
    for (const [name, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const headers: Record<string, string> = { ...caller, ...request.headers, ...extra };
    const body = request.json === undefined ? request.body : JSON.stringify(request.json);
    if (body !== undefined) headers["content-type"] = request.contentType ?? "application/json";
    const init: RequestInit & { duplex?: "half" } = { method, headers };
    if (body !== undefined) init.body = body;
    if (body instanceof ReadableStream) init.duplex = "half";
    if (request.signal) init.signal = request.signal;
    let response: Response;
    try {
      response = await doFetch(url, init);
    } catch (error) {
      if (request.signal?.aborted) throw error;
      throw unreachable(`No answer from ${baseUrl}.`, error);
    }
    if (!response.ok) throw await toError(response);
    return response;
  };
}

async function* follow(
  send: Send,
  path: string,
  { lastEventId, signal, onReconnecting, giveUpAfterMs = Infinity }: StreamOptions,
): AsyncGenerator<ServerSentEvent> {
  let last = lastEventId;
  let lostAt = Infinity;
  for (let failures = 0; ; failures++) {
    try {
      const headers: Record<string, string> = { accept: "text/event-stream" };
      if (last !== undefined) headers["last-event-id"] = last;
      const response = await send("GET", path, signal ? { signal } : {}, headers);
      if (failures > 0) onReconnecting?.(false);
      failures = 0;
      lostAt = Infinity;
      if (!response.body) throw new FlotillaError("unavailable", "The stream has no body.");
      for await (const message of parseServerSentEvents(response.body)) {
        if (message.id !== null) last = message.id;
        if (message.event === "end") return;
        if (message.event === "error") throw toProblemError(JSON.parse(message.data) as Problem);
        yield message;
      }
    } catch (error) {
      if (signal?.aborted) throw error;
      if (error instanceof FlotillaError && !error.transient) throw error;
      if (performance.now() - lostAt > giveUpAfterMs) throw error;
    }
    if (lostAt === Infinity) {
      lostAt = performance.now();
      onReconnecting?.(true);
    }
    await pause(reconnectMs(failures), signal);
  }
}

async function toError(response: Response): Promise<FlotillaError> {
  const parsed = problemSchema.safeParse(await response.json().catch(() => undefined));
  if (!parsed.success) {
    return new FlotillaError("unavailable", `The server answered ${response.status}.`, {
      transient: response.status >= 500,
    });
  }
  return toProblemError({ ...parsed.data, status: response.status });
}
