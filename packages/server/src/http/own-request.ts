import { problemSchema, toProblemError } from "@flotilla/api";
import { FlotillaError } from "@flotilla/core";
import type { ServerEnv } from "../app-parts.ts";

/** Handles a request as if it had come over HTTP. */
export type Dispatch = (
  request: Request,
  env: ServerEnv["Bindings"],
) => Response | Promise<Response>;

/** Who asks, as the request or connection said it that something is done for. */
export interface AskedBy {
  headers: Headers;
  env: ServerEnv["Bindings"];
}

/** A request to the platform's own API, in somebody's name. */
export interface OwnRequest {
  method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below `/api/v1`, with its query. */
  path: string;
  /** JSON. */
  body?: unknown;
  idempotencyKey?: string | undefined;
}

/** What of such a request says who asks, from where, and for whom. */
const passedOn = [
  "host",
  "origin",
  "cookie",
  "authorization",
  "user-agent",
  "x-forwarded-for",
  "forwarded",
  "flotilla-organisation",
  "flotilla-environment",
];

/**
 * Does what another protocol or connection asks for as the request that it stands for: there is one way to do a
 * thing, with one validation, one check of what the caller may, and one line in each log.
 */
export async function sendOwn(
  dispatch: Dispatch,
  { headers: opened, env }: AskedBy,
  { method, path, body, idempotencyKey }: OwnRequest,
): Promise<Response> {
  const headers = new Headers();
  for (const name of passedOn) {
    const value = opened.get(name);
    if (value !== null) headers.set(name, value);
  }
  if (idempotencyKey !== undefined) headers.set("idempotency-key", idempotencyKey);
  const url = `http://${opened.get("host") ?? "localhost"}/api/v1${path}`;
  if (body === undefined) return dispatch(new Request(url, { method, headers }), env);
  const text = JSON.stringify(body);
  // As a request over the wire has them: what it says is checked like one.
  headers.set("content-type", "application/json");
  headers.set("content-length", String(Buffer.byteLength(text)));
  return dispatch(new Request(url, { method, headers, body: text }), env);
}

/** Asks the API in somebody's name. */
export interface Ask {
  /** What is answered, as JSON. Throws the problem that is answered instead. */
  <T>(asked: OwnRequest): Promise<T>;
  /** The answer itself. Throws the same. */
  raw(asked: OwnRequest): Promise<Response>;
}

export function askAs(dispatch: Dispatch, by: AskedBy): Ask {
  const raw = async (asked: OwnRequest): Promise<Response> => {
    const answer = await sendOwn(dispatch, by, asked);
    if (answer.ok) return answer;
    throw await problemOf(answer);
  };
  const ask = async <T>(asked: OwnRequest): Promise<T> => (await raw(asked)).json() as Promise<T>;
  return Object.assign(ask, { raw });
}

async function problemOf(answer: Response): Promise<FlotillaError> {
  const told: unknown = await answer.json().catch(() => null);
  const problem = problemSchema.safeParse(told).data;
  if (problem) return toProblemError(problem);
  return new FlotillaError("internal", `The API answered ${answer.status}.`);
}
