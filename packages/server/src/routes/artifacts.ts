import {
  artifactListSchema,
  artifactParamsSchema,
  documentWordsSchema,
  runParamsSchema,
  longPageQuerySchema,
} from "@flotilla/api";
import { artifactSchema } from "@flotilla/core";
import { guardedRoute } from "../access/guarded-route.ts";
import { permittedRun } from "../access/permitted-run.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { pageOfAll } from "../page.ts";
import { jsonAnswers, textAnswers } from "../openapi.ts";
import { isNotModified } from "../http/entity-tag.ts";
import { byteRange } from "../http/byte-range.ts";
import { documentWords } from "../document-words.ts";
import { refusal } from "../http/refusal.ts";

const tags = ["artifacts"];

const list = guardedRoute("runs.read", {
  method: "get",
  path: "/runs/{runId}/artifacts",
  summary: "What a run has made that is too large for its journal",
  tags,
  request: { params: runParamsSchema, query: longPageQuerySchema },
  responses: jsonAnswers("The artifacts, oldest first.", artifactListSchema),
});

const content = guardedRoute("runs.read", {
  method: "get",
  path: "/artifacts/{artifactId}",
  summary: "The content of an artifact, as it was written; takes a range of bytes",
  tags,
  request: { params: artifactParamsSchema },
  responses: textAnswers("The content.", "text/plain", "application/json"),
});

const about = guardedRoute("runs.read", {
  method: "get",
  path: "/artifacts/{artifactId}/about",
  summary: "What an artifact is: its name, type, size, labels and run, without its content",
  tags,
  request: { params: artifactParamsSchema },
  responses: jsonAnswers("The artifact.", artifactSchema),
});

const words = guardedRoute("runs.read", {
  method: "get",
  path: "/artifacts/{artifactId}/words",
  summary:
    "The words of a document as Markdown: PDF, DOCX, XLSX, PPTX, ODT, HTML, EML and the like",
  tags,
  request: { params: artifactParamsSchema },
  responses: jsonAnswers("The words, page by page.", documentWordsSchema),
});

export function artifactRoutes(app: ApiApp, { artifacts }: AppParts): void {
  app.openapi(list, async (c) => {
    const { runId } = c.req.valid("param");
    await permittedRun(c, "runs.read", runId);
    const all = await c.var.store.artifacts.list(runId);
    return c.json(pageOfAll(all, c.req.valid("query"), ({ id }) => id));
  });

  app.openapi(about, async (c) => {
    const artifact = await c.var.store.artifacts.get(c.req.valid("param").artifactId);
    await permittedRun(c, "runs.read", artifact.runId);
    return c.json(artifact);
  });

  app.openapi(words, async (c) => {
    const artifact = await c.var.store.artifacts.get(c.req.valid("param").artifactId);
    await permittedRun(c, "runs.read", artifact.runId);
    return c.json(await documentWords(artifacts, artifact, c.req.raw.signal));
  });

  app.openapi(content, async (c) => {
    const artifact = await c.var.store.artifacts.get(c.req.valid("param").artifactId);
    await permittedRun(c, "runs.read", artifact.runId);
    const whole = await artifacts.read(artifact.id);
    const range = byteRange(c.req.header("range"), whole.byteLength);
    if (range === "beyond") {
      c.header("content-range", `bytes */${whole.byteLength}`);
      throw refusal(
        416,
        `The range begins behind the end: the content has ${whole.byteLength} bytes.`,
        "Ask for a range that begins before.",
      );
    }
    // Nothing of it may run in a browser, whatever a tool has written.
    c.header("content-type", `${artifact.mediaType}; charset=utf-8`);
    c.header("content-disposition", `attachment; filename="${artifact.id}"`);
    c.header("x-content-type-options", "nosniff");
    c.header("accept-ranges", "bytes");
    const etag = `"${artifact.sha256}"`;
    c.header("etag", etag);
    if (isNotModified(c.req.header("if-none-match"), etag)) return c.body(null, 304);
    if (!range) return c.body(new Uint8Array(whole));
    c.header("content-range", `bytes ${range.from}-${range.to}/${whole.byteLength}`);
    return c.body(new Uint8Array(whole.subarray(range.from, range.to + 1)), 206);
  });
}
