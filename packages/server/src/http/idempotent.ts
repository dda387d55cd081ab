import { createHash } from "node:crypto";
import { FlotillaError, newId, type IdPrefix } from "@flotilla/core";
import type { KeptAnswer, KeyedRequest, KeyState } from "@flotilla/store";
import type { RouteConfig } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import type { Guard } from "../access/guard.ts";
import type { ServerEnv } from "../app-parts.ts";

/** The field of a route that says that a second attempt finds what the first has made, by its id. */
export const repeatableField = "x-repeatable";

/** Answers to what needs these may hold a secret that is shown once; it is not kept. */
const secretive: ReadonlySet<Guard> = new Set([
  "signed-in",
  "keys.write",
  "members.write",
  "credentials.write",
]);

const methods: ReadonlySet<string> = new Set(["post", "put", "patch", "delete"]);
const keyShape = /^[\x21-\x7e]{1,200}$/;
const longestAnswer = 1024 * 1024;
const longestWaitMs = 10_000;

/**
 * Does a request with an `Idempotency-Key` once. Its repetition gets the same answer, one that comes while
 * it is under way waits for it, and another request with the same key is refused. Only what had an
 * effect is kept: after a refusal the key is free.
 *
 * When a server dies between effect and answer, nobody knows whether there was one. The next attempt, a
 * minute later, goes through where doing it twice is the same as once: methods other than POST, and routes
 * that create what the key gives an id (`c.var.idOfKey`); elsewhere it is refused, and a person looks.
 */
export function idempotent(needs: Guard, route: RouteConfig): MiddlewareHandler<ServerEnv> {
  const takesKey = methods.has(route.method) && needs !== "public";
  const types = Object.keys(route.request?.body?.content ?? {});
  const isUpload = types.length > 0 && !types.includes("application/json");
  const isRepeatable = route.method !== "post" || repeatableField in route;
  return async (c, next) => {
    const key = c.req.header("idempotency-key");
    if (!takesKey || key === undefined) return next();
    if (!keyShape.test(key) || isUpload) throw refuseKey(isUpload);
    const asked = await keyedRequest(c, key);
    const { requests } = c.var.store;
    const state = await untilDecided(c, asked);
    if (state.state !== "ours") return toldAgain(state);
    if (state.again && !isRepeatable) {
      await requests.answered(asked, 409, null);
      throw unknownOutcome();
    }
    c.set("idOfKey", (prefix) => idOfKey(prefix, asked, state.createdAt));
    try {
      await next();
    } catch (error) {
      await requests.release(asked);
      throw error;
    }
    const kept = c.res.ok && (await keepable(c.res));
    if (kept) await requests.answered(asked, c.res.status, secretive.has(needs) ? null : kept);
    else await requests.release(asked);
  };
}

async function keyedRequest(c: Context<ServerEnv>, key: string): Promise<KeyedRequest> {
  const { caller } = c.var;
  const { pathname, search } = new URL(c.req.url);
  const hash = createHash("sha256").update(`${c.req.method} ${pathname}${search}\n`);
  if (c.req.header("content-type") !== undefined) {
    hash.update(new Uint8Array(await c.req.arrayBuffer()));
  }
  return {
    organisation: caller.organisation,
    environment: caller.environment,
    caller: `${caller.kind} ${caller.id}`,
    key,
    request: hash.digest("hex"),
    attempt: newId("req"),
  };
}

/** Waits while another attempt is under way, for some seconds. */
async function untilDecided(c: Context<ServerEnv>, asked: KeyedRequest): Promise<KeyState> {
  const { clock } = c.var.parts;
  const until = clock.now() + longestWaitMs;
  for (let pauseMs = 50; ; pauseMs = Math.min(1_000, pauseMs * 2)) {
    const state = await c.var.store.requests.claim(asked);
    if (state.state !== "under_way" || clock.now() + pauseMs > until) return state;
    await clock.sleep(pauseMs);
  }
}

/** Throws `conflict` where there is nothing to tell. */
function toldAgain(state: Exclude<KeyState, { state: "ours" }>): Response {
  if (state.state === "other") {
    throw new FlotillaError("conflict", "The Idempotency-Key was used for another request.", {
      remedy: "Use a new key for each thing to be done; repeat one only with the same request.",
    });
  }
  if (state.state === "under_way") {
    throw new FlotillaError("conflict", "The first request with this key is still under way.", {
      remedy: "Send it again in a moment, with the same key.",
    });
  }
  if (state.status >= 400) throw unknownOutcome();
  if (state.answer === null) {
    throw new FlotillaError("conflict", "It was done; its answer held a secret and is not kept.", {
      remedy: "List what there is; where the secret is lost, make another one with a new key.",
    });
  }
  const { status, body } = state.answer;
  const headers = { ...state.answer.headers, "idempotent-replayed": "true" };
  return new Response(status === 204 ? null : body, { status, headers });
}

function unknownOutcome(): FlotillaError {
  const message = "The server ended during the first request with this key: it may have been done.";
  return new FlotillaError("conflict", message, {
    remedy: "Look whether it was; if not, send it with a new key.",
  });
}

function refuseKey(isUpload: boolean): FlotillaError {
  return isUpload
    ? new FlotillaError("invalid_request", "An upload takes no Idempotency-Key.", {
        remedy: "Send it without; after a failure, see how many rows the batch has.",
      })
    : new FlotillaError("invalid_request", "The Idempotency-Key is not valid.", {
        remedy: "Use 1 to 200 visible ASCII characters, for example a UUID.",
      });
}

const keptHeaders = ["content-type", "location", "etag"];

/** What can be told again of an answer; undefined for streams and files. */
async function keepable(answer: Response): Promise<KeptAnswer | undefined> {
  const type = answer.headers.get("content-type") ?? "";
  if (answer.body !== null && !type.startsWith("application/json")) return undefined;
  const body = await answer.clone().text();
  if (body.length > longestAnswer) return undefined;
  const headers = keptHeaders.flatMap((name) => {
    const value = answer.headers.get(name);
    return value === null ? [] : [[name, value]];
  });
  return { status: answer.status, headers: Object.fromEntries(headers), body };
}

/** The id of what a request creates: the same at every attempt, and nobody else's. */
function idOfKey(prefix: IdPrefix, asked: KeyedRequest, createdAt: number): string {
  const { organisation, environment, caller, key } = asked;
  const name = JSON.stringify([prefix, organisation, environment, caller, key]);
  const digest = createHash("sha256").update(name).digest();
  return newId(prefix, createdAt, (bytes) => digest.subarray(0, bytes));
}
