import { hash } from "node:crypto";
import { z } from "zod";
import { BrainError } from "../brain.ts";
import type { ExchangeContext } from "../exchange.ts";
import type { Fault } from "../fault.ts";
import { faultyReply } from "../faulty-reply.ts";
import type { Format, Reply, WireRequest } from "../format.ts";
import type { LedgerEntry } from "../ledger.ts";
import { splitFault } from "../named-fault.ts";
import { inputTokensOf, replyOf, strikes, throughTool } from "../reply.ts";
import type { ServedModel } from "../served-model.ts";
import type { AnswerCall } from "./batch-job.ts";

interface Asked {
  wire: WireRequest;
  served: ServedModel;
  /** As the request names it. */
  model: string;
  hash: string;
  inputTokens: number;
  fault: Fault | undefined;
}

interface Failure {
  status: number;
  code: string | undefined;
  message: string;
}

/**
 * Answers the calls of batches in one format, from the same brain as any request. Limits do
 * not hold for them, they cost half, and faults of a stream do not strike them.
 */
export function answerCalls(format: Format, context: ExchangeContext): AnswerCall {
  const refuse = ({ status, code, message }: Failure) => ({
    status,
    body: format.errorBody(status, code, message),
  });
  return async ({ customId, body }, job) => {
    let asked: Asked;
    try {
      asked = read(format, context, body);
    } catch (error) {
      const why = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
      const message = `The request is not of this API: ${why}`;
      return refuse({ status: 400, code: "invalid_request", message });
    }
    const { served } = asked;
    const record = recorder(context, asked, { id: job.id, customId }, job.createdAt);
    try {
      const answer = await think(asked, customId, context);
      if ("status" in answer) {
        record({ outcome: "faulted", status: answer.status });
        return refuse(answer);
      }
      const { usage } = answer;
      const costMicros = context.bill.add(served.name, { as: "batch", usage }, served.price);
      const { outputTokens } = usage;
      record({ outcome: "answered", status: 200, outputTokens, usage, costMicros });
      return { status: 200, body: format.whole(answer) };
    } catch (error) {
      const isKnown = error instanceof BrainError;
      const status = isKnown ? error.status : 500;
      record({ outcome: "refused", status });
      return refuse({ status, code: isKnown ? error.code : undefined, message: String(error) });
    }
  };
}

function read(format: Format, context: ExchangeContext, body: unknown): Asked {
  const wire = format.read(body);
  if (wire.stream) throw new Error("A call of a batch cannot be streamed.");
  const named = wire.request.model;
  const { model, fault } = splitFault(named);
  const served = context.models.find(model);
  const request = { ...wire.request, model: served.of };
  return {
    wire: { ...wire, request },
    served,
    model: named,
    hash: hash("sha1", JSON.stringify(body)),
    inputTokens: inputTokensOf(request),
    fault,
  };
}

async function think(
  { wire, served, model, hash: id, inputTokens, fault }: Asked,
  customId: string,
  { brain, control, faultCounts, chunk }: ExchangeContext,
): Promise<Reply | Failure> {
  if (control.isDown(served.name)) {
    return { status: 503, code: undefined, message: `The model ${served.name} is down.` };
  }
  const turn = throughTool(await brain(wire.request), wire.answerTool);
  const meant = control.faultOf(served.name) ?? turn.fault ?? fault;
  const struck = strikes(meant, `${customId} ${id}`, faultCounts);
  const failure = failureOf(struck);
  if (failure) return failure;
  const cache = { cachedInputTokens: 0, cacheWriteTokens: 0 };
  const whole = replyOf(turn, { id: id.slice(0, 24), model, inputTokens, cache, chunk });
  return faultyReply(whole, struck, wire.request);
}

/** A fault in place of an answer; there is no stream that others could break. */
function failureOf(fault: Fault | undefined): Failure | undefined {
  switch (fault?.kind) {
    case "http": {
      const { status, code, message = `Simulated failure with status ${status}.` } = fault;
      return { status, code, message };
    }
    case "html":
    case "empty":
    case "header_hang":
      return { status: 500, code: "server_error", message: "Simulated failure." };
    default:
      return undefined;
  }
}

function recorder(
  context: ExchangeContext,
  { wire, model, hash: hashed, inputTokens }: Asked,
  batch: NonNullable<LedgerEntry["batch"]>,
  at: number,
): (end: Pick<LedgerEntry, "outcome" | "status"> & Partial<LedgerEntry>) => void {
  return (end) =>
    context.record({
      at,
      ms: Date.now() - at,
      model,
      hash: hashed,
      turn: wire.request.messages.filter(({ role }) => role === "assistant").length,
      runId: null,
      step: null,
      batch,
      limitedBy: null,
      inputTokens,
      outputTokens: 0,
      usage: null,
      costMicros: 0,
      ...end,
    });
}
