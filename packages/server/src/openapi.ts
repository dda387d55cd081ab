import { zodToOpenAPIRegistry } from "@asteasolutions/zod-to-openapi";
import {
  batchRowSchema,
  problemSchema,
  rowsLoadedSchema,
  runSchema,
  statusSchema,
  threadWithMessagesSchema,
  toolSchema,
} from "@flotilla/api";
import {
  agentSchema,
  agentSpecSchema,
  artifactSchema,
  batchProgressSchema,
  bucketStateSchema,
  certificateSchema,
  cacheFiguresSchema,
  errorRecordSchema,
  eventSchema,
  jsonSchema,
  runStatusSchema,
  runSummarySchema,
  threadMessageSchema,
  threadSchema,
} from "@flotilla/core";
import type { createRoute } from "@hono/zod-openapi";
import type { z } from "zod";
import type { ApiApp } from "./app-parts.ts";

type Responses = Parameters<typeof createRoute>[0]["responses"];

const named: Readonly<Record<string, z.ZodType>> = {
  Agent: agentSchema,
  AgentSpec: agentSpecSchema,
  Artifact: artifactSchema,
  BatchProgress: batchProgressSchema,
  BatchRow: batchRowSchema,
  Bucket: bucketStateSchema,
  Certificate: certificateSchema,
  CacheFigures: cacheFiguresSchema,
  Error: errorRecordSchema,
  Event: eventSchema,
  Problem: problemSchema,
  RowsLoaded: rowsLoadedSchema,
  RunStatus: runStatusSchema,
  RunSummary: runSummarySchema,
  Status: statusSchema,
  Thread: threadSchema,
  ThreadMessage: threadMessageSchema,
  ThreadWithMessages: threadWithMessagesSchema,
  Tool: toolSchema,
};

/** Gives schemas their names in the document. Json and Run cannot be derived, so they are told. */
function nameSchemas(): void {
  for (const [refId, schema] of Object.entries(named)) {
    zodToOpenAPIRegistry.add(schema, { _internal: { refId } });
  }
  zodToOpenAPIRegistry.add(jsonSchema, {
    _internal: { refId: "Json" },
    type: ["string", "number", "boolean", "object", "array", "null"],
    description: "Any JSON value.",
  });
  zodToOpenAPIRegistry.add(runSchema, {
    _internal: { refId: "Run" },
    type: "object",
    description:
      "A run folded from its events: status, input, steps, usage, and what it ended with.",
  });
}

/** The OpenAPI 3.1 document of the routes registered on the app. */
export function openApiDocument(app: ApiApp, version: string) {
  nameSchemas();
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Flotilla",
      version,
      description: "Fleets of durable AI agents. Errors are problem details (RFC 9457).",
    },
    servers: [{ url: "." }],
  });
  for (const item of Object.values(document.paths ?? {})) addConventions(item);
  return document;
}

const fieldsParameter = {
  name: "fields",
  in: "query",
  description: "Only these fields of the answer, or of its items; names with commas between them.",
  schema: { type: "string" },
} as const;

const keyParameter = {
  name: "Idempotency-Key",
  in: "header",
  description: "A request with it is done once; its repetition gets the same answer.",
  schema: { type: "string", pattern: "^[!-~]{1,200}$" },
} as const;

type PathItem = NonNullable<ReturnType<ApiApp["getOpenAPI31Document"]>["paths"]>[string];

/** What holds for all routes alike, whoever has written them. */
function addConventions(item: PathItem): void {
  const { get } = item;
  const answer: unknown = get?.responses?.["200"];
  const content = (answer as { content?: object } | undefined)?.content ?? {};
  if (get && "application/json" in content) {
    get.parameters = [...(get.parameters ?? []), fieldsParameter];
  }
  for (const change of [item.post, item.put, item.patch, item.delete]) {
    if (change) change.parameters = [...(change.parameters ?? []), keyParameter];
  }
}

/** The answers of a route that sends JSON, and the problem it sends otherwise. */
export function jsonAnswers(description: string, schema: z.ZodType, status = 200): Responses {
  return {
    [status]: { description, content: { "application/json": { schema } } },
    ...problemAnswers,
  };
}

/** The answers of a route that sends something else than JSON. */
export function textAnswers(description: string, ...contentTypes: string[]): Responses {
  const text = { schema: { type: "string" as const } };
  const content = Object.fromEntries(contentTypes.map((type) => [type, text]));
  return { 200: { description, content }, ...problemAnswers };
}

export const problemAnswers: Responses = {
  default: {
    description: "What went wrong, and what can be done.",
    content: { "application/problem+json": { schema: problemSchema } },
  },
};

export function jsonBody<T extends z.ZodType>(schema: T) {
  return { required: true, content: { "application/json": { schema } } } as const;
}
