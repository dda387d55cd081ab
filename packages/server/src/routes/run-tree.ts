import {
  boardKeyParamsSchema,
  boardSchema,
  longPageQuerySchema,
  runParamsSchema,
  streamQuerySchema,
} from "@flotilla/api";
import { runTreeSchema, type TreeRun } from "@flotilla/core";
import { guardedRoute } from "../access/guarded-route.ts";
import { permitted } from "../access/permit.ts";
import { permittedRun } from "../access/permitted-run.ts";
import type { ApiApp } from "../app-parts.ts";
import { jsonAnswers, textAnswers } from "../openapi.ts";
import { pageOfAll } from "../page.ts";
import { answerEvents, type EventStreamParts } from "../streams/event-stream.ts";
import { lastEventId } from "../streams/last-event-id.ts";

const tags = ["runs"];
/** Versions of a key that are shown. */
const mostVersions = 1_000;

const tree = guardedRoute("runs.read", {
  method: "get",
  path: "/runs/{runId}/tree",
  summary: "A run and all runs that it began, with what each cost and all of them together",
  tags,
  request: { params: runParamsSchema },
  responses: jsonAnswers("The tree.", runTreeSchema),
});

const board = guardedRoute("runs.read", {
  method: "get",
  path: "/runs/{runId}/blackboard",
  summary: "What the runs of a tree share: the newest version of every key",
  tags,
  request: { params: runParamsSchema, query: longPageQuerySchema },
  responses: jsonAnswers("The entries, by key.", boardSchema),
});

const boardKey = guardedRoute("runs.read", {
  method: "get",
  path: "/runs/{runId}/blackboard/{key}",
  summary: "All versions of a key that the runs of a tree share, newest first",
  tags,
  request: { params: boardKeyParamsSchema, query: longPageQuerySchema },
  responses: jsonAnswers("The versions.", boardSchema),
});

const stream = guardedRoute("runs.read", {
  method: "get",
  path: "/runs/{runId}/tree/stream",
  summary: "Follow a run and all runs that it begins",
  description:
    "Server-sent events: `tree` (data: the runs that were begun, or whose status changed, all of " +
    "them at first; id: a cursor), and `end` once all have ended. `Last-Event-ID`, or `after`, resumes.",
  tags: ["streams"],
  request: { params: runParamsSchema, query: streamQuerySchema },
  responses: textAnswers("The events.", "text/event-stream"),
});

export function runTreeRoutes(app: ApiApp): void {
  app.openapi(tree, async (c) => {
    const { runId } = c.req.valid("param");
    await permittedRun(c, "runs.read", runId);
    const found = await c.var.store.teams.tree(runId);
    const shown = await permitted(c, "runs.read");
    return c.json({ ...found, nodes: found.nodes.map((node) => hideInput(node, shown)) });
  });

  app.openapi(board, async (c) => {
    const rootId = await rootOf(c, c.req.valid("param").runId);
    const entries = await c.var.store.teams.board(rootId);
    return c.json(pageOfAll(entries, c.req.valid("query"), ({ key }) => key));
  });

  app.openapi(boardKey, async (c) => {
    const { runId, key } = c.req.valid("param");
    const rootId = await rootOf(c, runId);
    const versions = await c.var.store.teams.boardKey(rootId, key, mostVersions);
    return c.json(pageOfAll(versions, c.req.valid("query"), ({ version }) => String(version)));
  });
}

/** That a run is there, and what it cost, is the tree's; what it was told may be for others' eyes. */
function hideInput<Node extends TreeRun>(node: Node, shown: (agentName: string) => boolean): Node {
  return shown(node.agentName) ? node : { ...node, input: "" };
}

async function rootOf(c: Parameters<typeof permittedRun>[0], runId: string): Promise<string> {
  await permittedRun(c, "runs.read", runId);
  return (await c.var.store.teams.tree(runId)).rootId;
}

export function treeStreamRoute(app: ApiApp, streams: EventStreamParts): void {
  app.openapi(stream, (c) => {
    const { runId } = c.req.valid("param");
    const after = lastEventId(c) ?? c.req.valid("query").after;
    return answerEvents(c, streams, { topic: "tree", id: runId, after });
  });
}
