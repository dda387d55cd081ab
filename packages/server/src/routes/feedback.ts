import {
  feedbackExportQuerySchema,
  feedbackGiveSchema,
  feedbackListQuerySchema,
  feedbackPageSchema,
  runParamsSchema,
} from "@flotilla/api";
import {
  feedbackRecordSchema,
  FlotillaError,
  newId,
  type FeedbackTarget,
  type Run,
} from "@flotilla/core";
import { guardedRoute } from "../access/guarded-route.ts";
import { permitted } from "../access/permit.ts";
import { permittedRun } from "../access/permitted-run.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { feedbackLines } from "../export-feedback.ts";
import { answerFile } from "../http/answer-file.ts";
import { jsonAnswers, jsonBody, textAnswers } from "../openapi.ts";
import { decodeCursor, pageOf } from "../page.ts";
import { readRun } from "../read-run.ts";

const tags = ["feedback"];

const give = guardedRoute("feedback.write", {
  method: "post",
  path: "/runs/{runId}/feedback",
  summary: "Say what you think of a run's answer, of a step or a call, in any status",
  tags,
  request: { params: runParamsSchema, body: jsonBody(feedbackGiveSchema) },
  responses: jsonAnswers("It is kept, in the run's journal too.", feedbackRecordSchema, 201),
});

const list = guardedRoute("feedback.read", {
  method: "get",
  path: "/feedback",
  summary: "Feedback on runs, newest first",
  tags,
  request: { query: feedbackListQuerySchema },
  responses: jsonAnswers("A page of feedback.", feedbackPageSchema),
});

const exported = guardedRoute("feedback.read", {
  method: "get",
  path: "/feedback/export",
  summary: "Feedback on runs as a streamed file of JSON lines, with what it is about",
  tags,
  request: { query: feedbackExportQuerySchema },
  responses: textAnswers("The file.", "application/x-ndjson"),
});

export function feedbackRoutes(app: ApiApp, parts: AppParts): void {
  app.openapi(give, async (c) => {
    const { store, caller } = c.var;
    const { runId } = await permittedRun(c, "feedback.write", c.req.valid("param").runId);
    const given = parts.redact.of(caller.organisation).json(c.req.valid("json"));
    checkTarget((await readRun(store, runId)).run, given.target);
    const feedbackId = newId("fbk", parts.clock.now());
    const kept = await store.feedback.give(runId, { feedbackId, ...given, by: caller.name });
    return c.json(kept, 201);
  });

  app.openapi(list, async (c) => {
    const { cursor, limit, run, ...filter } = c.req.valid("query");
    const before = decodeCursor(cursor, /^fbk_[0-9a-z]{26}$/);
    const wanted = { ...filter, runId: run, before, limit: limit + 1 };
    const page = pageOf(
      await c.var.store.feedback.list(wanted),
      limit,
      ({ feedbackId }) => feedbackId,
    );
    const shown = await permitted(c, "feedback.read");
    return c.json({ ...page, items: page.items.filter(({ agentName }) => shown(agentName)) });
  });

  app.openapi(exported, async (c) => {
    const { run: runId, ...filter } = c.req.valid("query");
    const shown = await permitted(c, "feedback.read");
    const reads = await permitted(c, "runs.read");
    c.header("content-type", "application/x-ndjson");
    c.header("content-disposition", 'attachment; filename="feedback.jsonl"');
    const isShown = (agent: string) => shown(agent) && reads(agent);
    return answerFile(c, parts.log, feedbackLines(c.var.store, { ...filter, runId }, isShown));
  });
}

/** Throws `not_found` for a step or call that the run has not. */
function checkTarget(run: Run, target: FeedbackTarget): void {
  if (target.kind === "run") return;
  const isThere = run.steps.some((step) =>
    target.kind === "step"
      ? step.kind === "model" && step.step === target.step
      : step.kind === "tool" && step.callId === target.callId,
  );
  if (isThere) return;
  const what = target.kind === "step" ? `step ${target.step}` : `call ${target.callId}`;
  throw new FlotillaError("not_found", `Run ${run.runId} has no ${what}.`);
}
