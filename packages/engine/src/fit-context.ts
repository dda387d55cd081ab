import {
  FlotillaError,
  historySteps,
  pinnedMessages,
  messageText,
  summaryMessage,
  summaryMessages,
  transcript,
  turnsOf,
  userMessage,
  withCompaction,
  type Compaction,
  type Message,
  type ModelRequest,
  type Run,
} from "@flotilla/core";
import type { Fitting } from "./fitting.ts";
import { planCompaction, type CompactionGoal } from "./plan-compaction.ts";
import { summariseHistory } from "./summarise-history.ts";
import { turnText } from "./turn-text.ts";

const defaults = { compactAt: 0.85, keepRecentTurns: 8 };
/** Kept free for an answer whose length nobody has limited. */
const largestReserve = 16_384;
const reservedPart = 1 / 4;
/** Closer than this to the threshold an estimate is not good enough. */
const estimateError = 0.85;
/** What a compacted request should have, as a part of the threshold. */
const targetPart = 0.6;

/**
 * The request as it fits the model's context: the same one, in the common case at no more cost than
 * an estimate, or with a summary in the place of the older turns. A compaction is committed before
 * this resolves; one that was cut off begins again.
 *
 * Rejects with `context_overflow` when what must stay is too long by itself, and with what a
 * summarising call throws.
 */
export function fitContext(fitting: Fitting): ModelRequest | Promise<ModelRequest> {
  const { segment, request } = fitting;
  const { models } = segment.parts;
  const window = fitting.context ?? models.contextWindow(request.model);
  if (window === null) return request;
  const { compactAt } = { ...defaults, ...segment.spec.context };
  const room = roomFor(window, request.settings.maxOutputTokens);
  const near = room * compactAt * estimateError;
  const isClose = models.countTokens(request) > near;
  return isClose || wasRefused(segment.journal.run, request.model)
    ? fitClosely(fitting, room)
    : request;
}

/** Tokens of a window that input may take: the rest is for the answer. */
function roomFor(window: number, maxOutputTokens = largestReserve): number {
  const most = maxOutputTokens === largestReserve ? reservedPart : 1 / 2;
  return window - Math.min(maxOutputTokens, Math.floor(window * most));
}

/** Whether the model has refused this step's last attempt as too long. */
export function wasRefused(run: Run, model: string): boolean {
  const open = run.steps.findLast((one) => one.kind === "model");
  const failed = open?.attempts.findLast((one) => one.error !== null);
  return (
    open?.status !== "completed" &&
    failed?.error?.code === "context_overflow" &&
    failed.model === model
  );
}

async function fitClosely(fitting: Fitting, room: number): Promise<ModelRequest> {
  const { segment, request } = fitting;
  const { journal, parts, spec } = segment;
  const { compactAt, keepRecentTurns } = { ...defaults, ...spec.context };
  const counted = await parts.models.countExactly(request);
  const threshold = Math.floor(room * compactAt);
  const refused = wasRefused(journal.run, request.model);
  if (counted <= threshold && !refused) return request;
  // Refused although it should have fitted: half of it, whatever the counts say.
  const target = Math.floor(Math.min(threshold * targetPart, refused ? counted / 2 : Infinity));
  const goal = { room, threshold: refused ? target : threshold, target, keepRecentTurns };
  const compacted = await compact(fitting, counted, goal);
  if (compacted && compacted.tokens <= room) return compacted.request;
  if (!compacted && counted <= room && !refused) return request;
  throw tooLong(request, compacted?.tokens ?? counted, room);
}

interface Compacted {
  request: ModelRequest;
  tokens: number;
}

/** Summarises what the goal takes out, and commits that. Undefined when nothing can be taken out. */
async function compact(
  fitting: Fitting,
  counted: number,
  goal: CompactionGoal,
): Promise<Compacted | undefined> {
  const { segment, request } = fitting;
  const { models } = segment.parts;
  const { run } = segment.journal;
  const { history } = segment;
  const { purpose } = fitting.action;
  const turns = turnsOf(run, history, purpose);
  const pinned = pinnedMessages(run, history, purpose);
  const summary = summaryMessages(run, history, purpose);
  const steps = historySteps(run.history);
  // Estimates of the parts, made to agree with the count of the whole.
  const scale = Math.max(1, counted / Math.max(1, models.countTokens(request)));
  const tokensOf = (asked: ModelRequest) => Math.ceil(models.countTokens(asked) * scale);
  const { output: _output, ...alone } = { ...request, instructions: "", tools: [] };
  const count = (messages: Message[]) => tokensOf({ ...alone, messages });
  const frame = summaryMessage({ through: steps + run.stepCount, summary: "" });
  const plan = planCompaction(
    {
      pinned: tokensOf({ ...request, messages: [...pinned, frame] }),
      summary: count(summary),
      turns: turns.map((turn) => count(turn.messages)),
    },
    goal,
  );
  if (!plan) return undefined;
  const covered = turns.slice(0, turns.length - plan.kept);
  const before = summary.map((one) => `Summary of the steps before\n${messageText(one)}`);
  const made = await summariseHistory(fitting, {
    texts: [...before, ...covered.map((turn) => turnText(turn, steps))],
    most: plan.summary,
    count: (text) => count([userMessage(text)]),
  });
  const through = covered.at(-1)?.step ?? run.compactions.at(-1)?.through ?? 0;
  return journalCompaction(fitting, { ...made, through, inputTokensBefore: counted });
}

async function journalCompaction(
  { segment, action, request }: Fitting,
  made: Pick<Compaction, "summary" | "model" | "calls" | "through" | "inputTokensBefore">,
): Promise<Compacted> {
  const { journal, parts } = segment;
  const { step, attempt } = action;
  const compaction = { ...made, step, attempt, inputTokensAfter: 0 };
  const messages = transcript(
    withCompaction(journal.run, compaction),
    segment.history,
    action.purpose,
  );
  const compacted = { ...request, messages };
  const inputTokensAfter = await parts.models.countExactly(compacted);
  await journal.commit({ type: "context.compacted", ...compaction, inputTokensAfter });
  return { request: compacted, tokens: inputTokensAfter };
}

function tooLong(request: ModelRequest, tokens: number, room: number): FlotillaError {
  return new FlotillaError(
    "context_overflow",
    `The request needs about ${tokens} input tokens, and ${request.model} has room for ${room}, ` +
      "although the earlier steps are summarised.",
    {
      remedy:
        "Shorten the instructions or the input, offer fewer tools, or use a model with a larger context.",
      details: { inputTokens: tokens, room },
    },
  );
}
