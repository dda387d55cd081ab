import { createHash } from "node:crypto";
import { FlotillaError } from "@flotilla/core";
import { z, type RouteConfig } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import type { ServerEnv } from "../app-parts.ts";
import { isNotModified } from "./entity-tag.ts";
import { jsonAnswerOf } from "./json-answer.ts";

type JsonRecord = Record<string, unknown>;

/**
 * Presents the JSON answer of a GET: only the fields that were asked for (`fields=runId,status`), under a
 * tag by which a client that has it already is spared the answer (304).
 */
export function presentAnswer(route: RouteConfig): MiddlewareHandler<ServerEnv> {
  const schema = jsonAnswerOf(route);
  const known = schema && fieldsOf(schema);
  return async (c, next) => {
    if (!schema) return next();
    const fields = wantedFields(c.req.query("fields"), known);
    await next();
    const type = c.res.headers.get("content-type") ?? "";
    if (c.res.status !== 200 || !type.startsWith("application/json")) return undefined;
    const text = await c.res.text();
    present(c, fields ? JSON.stringify(onlyFields(JSON.parse(text), fields)) : text);
    return undefined;
  };
}

function present(c: Context<ServerEnv>, body: string): void {
  const own = c.res.headers.get("etag");
  const digest = createHash("sha256").update(body).digest("base64url").slice(0, 22);
  // Of a part of it the handler's tag is not the tag.
  const etag = own !== null && c.req.query("fields") === undefined ? own : `W/"${digest}"`;
  const { headers } = c.res;
  headers.set("etag", etag);
  if (isNotModified(c.req.header("if-none-match"), etag)) {
    headers.delete("content-type");
    c.res = new Response(null, { status: 304, headers });
    return;
  }
  headers.set("content-length", String(Buffer.byteLength(body)));
  c.res = new Response(body, { status: 200, headers });
}

/** The names of an answer's fields, or of its items' if it is a list; undefined where any may come. */
function fieldsOf(schema: unknown): readonly string[] | undefined {
  if (schema instanceof z.ZodDiscriminatedUnion || schema instanceof z.ZodUnion) {
    const parts = schema.options.map(fieldsOf);
    return parts.every((part) => part !== undefined) ? [...new Set(parts.flat())] : undefined;
  }
  if (!(schema instanceof z.ZodObject)) return undefined;
  const { items }: Record<string, unknown> = schema.shape;
  return items instanceof z.ZodArray ? fieldsOf(items.element) : Object.keys(schema.shape);
}

/** Throws `invalid_request` for a field that the answer does not have. */
function wantedFields(
  given: string | undefined,
  known: readonly string[] | undefined,
): ReadonlySet<string> | undefined {
  if (given === undefined) return undefined;
  const wanted = given.split(",").map((field) => field.trim());
  const unknown = wanted.find((field) => field === "" || (known && !known.includes(field)));
  if (unknown === undefined) return new Set(wanted);
  throw new FlotillaError(
    "invalid_request",
    `There is no field ${JSON.stringify(unknown.slice(0, 100))} here.`,
    {
      remedy: known ? `Choose among ${known.join(", ")}.` : "Name fields, separated by commas.",
    },
  );
}

function onlyFields(answer: unknown, fields: ReadonlySet<string>): unknown {
  if (typeof answer !== "object" || answer === null) return answer;
  const { items } = answer as JsonRecord;
  if (Array.isArray(items)) {
    return { ...answer, items: items.map((item: JsonRecord) => pick(item, fields)) };
  }
  return pick(answer as JsonRecord, fields);
}

function pick(record: JsonRecord, fields: ReadonlySet<string>): JsonRecord {
  return Object.fromEntries(Object.entries(record).filter(([name]) => fields.has(name)));
}
