import type { IncomingMessage } from "node:http";
import { text as readText } from "node:stream/consumers";
import { z } from "zod";
import { anthropic } from "../anthropic.ts";
import { sendJson } from "../send-json.ts";
import {
  BatchRefusal,
  parsedJson,
  sendLines,
  type BatchApi,
  type BatchShelf,
} from "./batch-desk.ts";
import { BatchJob, type AnswerCall, type BatchPace } from "./batch-job.ts";

const createSchema = z.object({
  requests: z
    .array(
      z.object({ custom_id: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/), params: z.looseObject({}) }),
    )
    .min(1)
    .max(100_000),
});

/** Anthropic's message batches. They have no name: their calls' ids are told with their results only. */
export function anthropicBatches(
  shelf: BatchShelf,
  pace: BatchPace,
  answerCall: AnswerCall,
): BatchApi {
  return {
    errorBody: (status, message) => anthropic.errorBody(status, undefined, message),
    routes: {
      "POST /v1/messages/batches": async ({ request, response, owner }) => {
        const calls = readCalls(await readText(request));
        const job = new BatchJob("msgbatch", owner, calls, pace, answerCall);
        shelf.add(job);
        sendJson(response, 200, shown(job, request, job.createdAt));
      },
      "GET /v1/messages/batches": async ({ request, response, owner, query }) => {
        const limit = Number(query.get("limit") ?? 20);
        const { jobs, hasMore } = await shelf.page(owner, query.get("after_id"), limit);
        const data = jobs.map((job) => shown(job, request));
        const ends = { first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
        sendJson(response, 200, { data, has_more: hasMore, ...ends });
      },
      "GET /v1/messages/batches/*": async ({ request, response, owner, id }) => {
        sendJson(response, 200, shown(await shelf.find(owner, id), request));
      },
      "POST /v1/messages/batches/*/cancel": async ({ request, response, owner, id }) => {
        const job = await shelf.find(owner, id);
        if (!(await job.cancel(Date.now())))
          throw new BatchRefusal(400, `${id} has ended already.`);
        sendJson(response, 200, shown(job, request, job.cancelledAt));
      },
      "GET /v1/messages/batches/*/results": async ({ response, owner, id }) => {
        const job = await shelf.find(owner, id);
        if (Date.now() < job.endsAt) throw new BatchRefusal(404, `${id} has not ended yet.`);
        sendLines(response, "application/x-jsonl", job.results().map(lineOf));
      },
    },
  };
}

function readCalls(text: string): { customId: string; body: unknown }[] {
  const { data, error } = createSchema.safeParse(parsedJson(text));
  if (!data) throw new BatchRefusal(400, z.prettifyError(error));
  const ids = new Set(data.requests.map(({ custom_id }) => custom_id));
  if (ids.size < data.requests.length) throw new BatchRefusal(400, "custom_id must be unique.");
  return data.requests.map(({ custom_id, params }) => ({ customId: custom_id, body: params }));
}

function shown(job: BatchJob, request: IncomingMessage, now = Date.now()) {
  const isEnded = now > job.endsAt;
  const { open, succeeded, errored, expired, cancelled } = job.counts();
  const counts = isEnded
    ? { processing: open, succeeded, errored, canceled: cancelled, expired }
    : { processing: job.calls.length, succeeded: 0, errored: 0, canceled: 0, expired: 0 };
  const time = (at: number | undefined) => (at === undefined ? null : new Date(at).toISOString());
  const inProgress = job.cancelledAt === undefined ? "in_progress" : "canceling";
  return {
    id: job.id,
    type: "message_batch",
    processing_status: isEnded ? "ended" : inProgress,
    request_counts: counts,
    created_at: time(job.createdAt),
    expires_at: time(job.expiresAt),
    ended_at: isEnded ? time(job.endsAt) : null,
    archived_at: null,
    cancel_initiated_at: time(job.cancelledAt),
    results_url: isEnded
      ? `http://${request.headers.host}/v1/messages/batches/${job.id}/results`
      : null,
  };
}

function lineOf({ customId, outcome }: ReturnType<BatchJob["results"]>[number]) {
  return { custom_id: customId, result: resultOf(outcome) };
}

function resultOf(outcome: ReturnType<BatchJob["results"]>[number]["outcome"]) {
  switch (outcome.kind) {
    case "answered":
      return outcome.status < 300
        ? { type: "succeeded", message: outcome.body }
        : { type: "errored", error: outcome.body };
    case "expired":
      return { type: "expired" };
    case "cancelled":
      return { type: "canceled" };
  }
}
