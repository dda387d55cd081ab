import { text as readText } from "node:stream/consumers";
import { z } from "zod";
import type { Format } from "../format.ts";
import { openaiChat } from "../openai-chat.ts";
import { openaiResponses } from "../openai-responses.ts";
import { sendJson } from "../send-json.ts";
import { BatchRefusal, parsedJson, type BatchApi, type BatchShelf } from "./batch-desk.ts";
import { BatchJob, type AnswerCall, type BatchPace } from "./batch-job.ts";
import { BatchFiles, sendResults } from "./batch-files.ts";
import { readInput, type InputErrors } from "./openai-input.ts";

const endpoints = { "/v1/chat/completions": openaiChat, "/v1/responses": openaiResponses };

const createSchema = z.object({
  input_file_id: z.string(),
  endpoint: z.enum(Object.keys(endpoints) as (keyof typeof endpoints)[]),
  completion_window: z.literal("24h"),
  metadata: z.record(z.string().max(64), z.string().max(512)).nullish(),
});
type Create = z.infer<typeof createSchema>;

/** What a batch of this API has beside its calls. */
interface Sheet {
  created: Create;
  /** Why the whole batch failed. */
  errors: InputErrors | undefined;
}

/** OpenAI's batches, and the files that they are made of. */
export function openaiBatches(
  shelf: BatchShelf,
  pace: BatchPace,
  answerCalls: (format: Format) => AnswerCall,
): BatchApi {
  const files = new BatchFiles();
  const sheets = new Map<string, Sheet>();
  const shown = (job: BatchJob, now = Date.now()) => batchOf(job, sheets.get(job.id), now);
  const create = async (owner: string, text: string): Promise<BatchJob> => {
    const { data: created, error } = createSchema.safeParse(parsedJson(text));
    if (!created) throw new BatchRefusal(400, z.prettifyError(error));
    const input = readInput(files.find(owner, created.input_file_id).text, created.endpoint);
    const answerCall = answerCalls(endpoints[created.endpoint]);
    const job = new BatchJob("batch", owner, input.calls, pace, answerCall);
    sheets.set(job.id, { created, errors: input.errors });
    shelf.add(job);
    return job;
  };
  return {
    errorBody: (status, message) => openaiChat.errorBody(status, undefined, message),
    routes: {
      "POST /v1/files": async ({ request, response, owner }) => {
        sendJson(response, 200, await files.upload(owner, request));
      },
      "GET /v1/files/*": ({ response, owner, id }) => {
        sendJson(response, 200, files.find(owner, id).shown);
      },
      "GET /v1/files/*/content": async ({ response, owner, id }) => {
        const [, part, jobId] = /^file-(output|error)-(.*)$/.exec(id) ?? [];
        if (jobId === undefined) response.end(files.find(owner, id).text);
        else sendResults(response, await shelf.find(owner, jobId), part === "output");
      },
      "POST /v1/batches": async ({ request, response, owner }) => {
        const job = await create(owner, await readText(request));
        sendJson(response, 200, shown(job, job.createdAt));
      },
      "GET /v1/batches": async ({ response, owner, query }) => {
        const limit = Number(query.get("limit") ?? 20);
        const { jobs, hasMore } = await shelf.page(owner, query.get("after"), limit);
        const data = jobs.map((job) => shown(job));
        const ends = { first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
        sendJson(response, 200, { object: "list", data, ...ends, has_more: hasMore });
      },
      "GET /v1/batches/*": async ({ response, owner, id }) => {
        sendJson(response, 200, shown(await shelf.find(owner, id)));
      },
      "POST /v1/batches/*/cancel": async ({ response, owner, id }) => {
        const job = await shelf.find(owner, id);
        if (!(await job.cancel(Date.now())))
          throw new BatchRefusal(409, `${id} has ended already.`);
        sendJson(response, 200, shown(job, job.cancelledAt));
      },
    },
  };
}

type Status =
  | "validating"
  | "failed"
  | "in_progress"
  | "finalizing"
  | "completed"
  | "expired"
  | "cancelling"
  | "cancelled";

function statusOf(job: BatchJob, sheet: Sheet | undefined, now: number): Status {
  if (now === job.createdAt) return "validating";
  if (sheet?.errors) return "failed";
  if (job.cancelledAt !== undefined) return now === job.cancelledAt ? "cancelling" : "cancelled";
  if (now > job.endsAt) return job.isExpired ? "expired" : "completed";
  if (now < job.beginsAt) return "validating";
  return now < job.finalisesAt ? "in_progress" : "finalizing";
}

function batchOf(job: BatchJob, sheet: Sheet | undefined, now: number) {
  const status = statusOf(job, sheet, now);
  const isEnded = status === "completed" || status === "expired" || status === "cancelled";
  const { succeeded, errored, expired, cancelled } = job.counts();
  const seconds = (at: number) => Math.floor(at / 1_000);
  const when = (is: boolean, at: number) => (is ? seconds(at) : null);
  const unanswered = errored + expired + cancelled;
  return {
    id: job.id,
    object: "batch",
    endpoint: sheet?.created.endpoint,
    errors: sheet?.errors && status === "failed" ? { object: "list", data: sheet.errors } : null,
    input_file_id: sheet?.created.input_file_id,
    completion_window: "24h",
    status,
    output_file_id: isEnded && succeeded > 0 ? `file-output-${job.id}` : null,
    error_file_id: isEnded && unanswered > 0 ? `file-error-${job.id}` : null,
    created_at: seconds(job.createdAt),
    in_progress_at: when(now >= job.beginsAt && status !== "failed", job.beginsAt),
    expires_at: seconds(job.expiresAt),
    finalizing_at: when(status === "finalizing" || status === "completed", job.finalisesAt),
    completed_at: when(status === "completed", job.endsAt),
    failed_at: when(status === "failed", job.createdAt),
    expired_at: when(status === "expired", job.expiresAt),
    cancelling_at: job.cancelledAt === undefined ? null : seconds(job.cancelledAt),
    cancelled_at: when(status === "cancelled", job.endsAt),
    request_counts:
      status === "validating" || status === "failed"
        ? { total: 0, completed: 0, failed: 0 }
        : { total: job.calls.length, completed: succeeded, failed: errored },
    metadata: sheet?.created.metadata ?? null,
  };
}
