import type { IncomingMessage, ServerResponse } from "node:http";
import { once } from "node:events";
import type { Usage } from "@flotilla/core";
import { z } from "zod";
import { apiKeyOf } from "./api-key.ts";
import { BrainError, type Brain } from "./brain.ts";
import { failInstead } from "./fail-instead.ts";
import type { Fault } from "./fault.ts";
import { faultyReply } from "./faulty-reply.ts";
import type { Format, Reply, WireRequest } from "./format.ts";
import type { LedgerEntry } from "./ledger.ts";
import type { Bill, Charge } from "./bill.ts";
import type { Control } from "./control.ts";
import { limitHeaders } from "./limit-headers.ts";
import type { Gate, Refusal } from "./limits.ts";
import type { CacheUse, PromptCache } from "./prompt-cache.ts";
import { inputTokensOf, replyOf, strikes, throughTool } from "./reply.ts";
import type { ServedModel, ServedModels } from "./served-model.ts";
import { splitFault } from "./named-fault.ts";
import { planStream } from "./plan-stream.ts";
import { writeStream, type Pace, type Sent } from "./stream.ts";
import type { Tally } from "./tally.ts";

export interface ExchangeContext {
  brain: Brain;
  models: ServedModels;
  jitter: number;
  chunk: number;
  control: Control;
  tally: Tally;
  bill: Bill;
  /** Undefined: there is none. */
  cache: PromptCache | undefined;
  /** How often a fault with a limit has struck, by request. */
  faultCounts: Map<string, number>;
  record(entry: LedgerEntry): void;
}

interface Asked {
  wire: WireRequest;
  served: ServedModel;
  /** As the request names it. */
  model: string;
  fault: Fault | undefined;
}

interface Judgement {
  outcome: LedgerEntry["outcome"];
  charge: Charge | undefined;
}

/** One request and the answer to it. */
export class Exchange {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #format: Format;
  readonly #context: ExchangeContext;
  readonly #at = Date.now();
  #hash = "";

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    format: Format,
    context: ExchangeContext,
  ) {
    this.#request = request;
    this.#response = response;
    this.#format = format;
    this.#context = context;
  }

  /** Resolves when the response has ended and is recorded. */
  async answer(body: string, hash: string): Promise<void> {
    this.#hash = hash;
    const asked = this.#read(body);
    if (!asked) return;
    const { served } = asked;
    const { control, models, tally } = this.#context;
    const inputTokens = inputTokensOf(asked.wire.request);
    if (control.isDown(served.name)) {
      this.#sendError(503, undefined, `The model ${served.name} is down.`);
      this.#record(asked, "faulted", 0, inputTokens);
      return;
    }
    const gate = models.gate(served, apiKeyOf(this.#request), Date.now());
    const refusal = gate.enter(inputTokens, Date.now());
    this.#tellLimits(served, gate);
    if (refusal) {
      this.#refuse(refusal);
      this.#record(asked, "limited", 0, inputTokens, { refusal });
      return;
    }
    tally.enter(served.name);
    control.watch(this.#response, served.name);
    let outputTokens = 0;
    try {
      outputTokens = await this.#think(asked, inputTokens);
    } catch (error) {
      if (!(error instanceof BrainError)) throw error;
      this.#sendError(error.status, error.code, error.message);
      this.#record(asked, "refused", 0, inputTokens);
    } finally {
      gate.leave(outputTokens, Date.now());
      tally.leave(served.name);
    }
  }

  #tellLimits({ limits }: ServedModel, gate: Gate): void {
    const style = limits.headers ?? this.#format.limitHeaders;
    const now = Date.now();
    const headers = limitHeaders(style, gate.levels(now), now);
    for (const [name, value] of Object.entries(headers)) this.#response.setHeader(name, value);
  }

  #read(body: string): Asked | undefined {
    try {
      const wire = this.#format.read(JSON.parse(body));
      const named = wire.request.model;
      const { model, fault } = splitFault(named);
      const served = this.#context.models.find(model);
      const request = { ...wire.request, model: served.of };
      return { wire: { ...wire, request }, served, model: named, fault };
    } catch (error) {
      const why = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
      this.#sendError(400, "invalid_request", `The request is not of this API: ${why}`);
      return undefined;
    }
  }

  /** Returns the output tokens sent. */
  async #think(asked: Asked, inputTokens: number): Promise<number> {
    const { brain, chunk, control, faultCounts } = this.#context;
    checkWindow(asked.served, inputTokens);
    const id = this.#hash.slice(0, 24);
    const thought = await brain(asked.wire.request);
    const turn = throughTool(thought, asked.wire.answerTool);
    const meant = control.faultOf(asked.served.name) ?? turn.fault ?? asked.fault;
    const key = `${this.#header("x-flotilla-run") ?? ""} ${this.#hash}`;
    const fault = strikes(meant, key, faultCounts);
    if (fault && (await failInstead(this.#response, this.#format, fault))) {
      this.#record(asked, "faulted", 0, inputTokens);
      return 0;
    }
    const cache = this.#cacheUse(asked);
    const whole = replyOf(turn, { id, model: asked.model, inputTokens, cache, chunk });
    const reply = faultyReply(whole, fault, asked.wire.request);
    const sent = await this.#send(asked, reply, fault);
    const { outcome, charge } = this.#judge(reply.usage, sent, fault);
    this.#record(asked, outcome, sent.tokens, inputTokens, { charge });
    return sent.tokens;
  }

  async #send(asked: Asked, reply: Reply, fault: Fault | undefined): Promise<Sent> {
    const pace = this.#paceOf(asked.served.pace);
    if (!asked.wire.stream) return this.#sendWhole(reply, pace);
    const frames = this.#format.frames(reply, asked.wire);
    const plan = planStream(frames, this.#format, fault);
    const { tokens, whole } = await writeStream(this.#response, plan, pace);
    const { outputTokens } = reply.usage;
    // Tokens of single deltas are rounded; together they are not more than the answer's.
    return { whole, tokens: whole ? outputTokens : Math.min(tokens, outputTokens) };
  }

  /** What became of an answer and what is billed for it: nothing when the provider itself broke it. */
  #judge(usage: Usage, sent: Sent, fault: Fault | undefined): Judgement {
    const wasReset = this.#context.control.wasReset(this.#response);
    const isCached = usage.cachedInputTokens + usage.cacheWriteTokens > 0;
    if (fault || wasReset) {
      return { outcome: "faulted", charge: sent.whole ? { as: "faulted", usage } : undefined };
    }
    if (sent.whole && this.#response.writableFinished) {
      return { outcome: "answered", charge: { as: isCached ? "cached" : "answered", usage } };
    }
    const reasoningTokens = Math.min(usage.reasoningTokens, sent.tokens);
    const part = { ...usage, outputTokens: sent.tokens, reasoningTokens };
    return { outcome: "closed", charge: { as: "aborted", usage: part } };
  }

  #cacheUse({ wire, served }: Asked): CacheUse {
    const { cache } = this.#context;
    if (!cache) return { cachedInputTokens: 0, cacheWriteTokens: 0 };
    const owner = `${served.name}\n${apiKeyOf(this.#request)}`;
    return wire.markedBlocks
      ? cache.useMarks(owner, wire.markedBlocks(), Date.now())
      : cache.useSteps(owner, wire.request, Date.now());
  }

  #paceOf(pace: Pace): Pace {
    const { jitter } = this.#context;
    if (jitter === 0) return pace;
    const random = Number.parseInt(this.#hash.slice(0, 8), 16) / 0xffff_ffff;
    return { ...pace, latencyMs: pace.latencyMs * (1 + jitter * (2 * random - 1)) };
  }

  async #sendWhole(reply: Reply, pace: Pace): Promise<Sent> {
    const writingMs = (reply.usage.outputTokens / (pace.tokensPerSecond ?? Infinity)) * 1_000;
    const body = JSON.stringify(this.#format.whole(reply));
    if (this.#response.destroyed) return { whole: false, tokens: 0 };
    const closed = once(this.#response, "close");
    const timer = setTimeout(() => {
      this.#response.writeHead(200, { "content-type": "application/json" });
      this.#response.end(body);
    }, pace.latencyMs + writingMs);
    await closed;
    clearTimeout(timer);
    const whole = this.#response.writableEnded;
    return { whole, tokens: whole ? reply.usage.outputTokens : 0 };
  }

  #refuse({ cause, retryAfterMs }: Refusal): void {
    if (retryAfterMs === null) {
      const message = "Request too large: it is above the limit of tokens per minute.";
      this.#sendError(429, "rate_limit_exceeded", message);
      return;
    }
    const seconds = Math.max(1, Math.ceil(retryAfterMs / 1_000));
    const message = `Rate limit reached for ${cause}. Please try again in ${retryAfterMs}ms.`;
    this.#sendError(429, "rate_limit_exceeded", message, {
      "retry-after": String(seconds),
      "retry-after-ms": String(retryAfterMs),
    });
  }

  #sendError(
    status: number,
    code: string | undefined,
    message: string,
    headers: Record<string, string> = {},
  ): void {
    this.#response.writeHead(status, { "content-type": "application/json", ...headers });
    this.#response.end(JSON.stringify(this.#format.errorBody(status, code, message)));
  }

  #record(
    asked: Asked,
    outcome: LedgerEntry["outcome"],
    outputTokens: number,
    inputTokens: number,
    { refusal, charge }: { refusal?: Refusal; charge?: Charge | undefined } = {},
  ): void {
    const { served } = asked;
    const step = this.#header("x-flotilla-step");
    const entry: LedgerEntry = {
      at: this.#at,
      ms: Date.now() - this.#at,
      model: asked.model,
      hash: this.#hash,
      turn: asked.wire.request.messages.filter(({ role }) => role === "assistant").length,
      runId: this.#header("x-flotilla-run") ?? null,
      step: step === undefined ? null : Number(step),
      batch: null,
      outcome,
      status: this.#response.statusCode,
      limitedBy: refusal?.cause ?? null,
      inputTokens,
      outputTokens,
      usage: charge?.usage ?? null,
      costMicros: charge ? this.#context.bill.add(served.name, charge, served.price) : 0,
    };
    this.#context.tally.record(served.name, entry);
    this.#context.record(entry);
  }

  #header(name: string): string | undefined {
    const value = this.#request.headers[name];
    return typeof value === "string" ? value : undefined;
  }
}

function checkWindow({ contextWindow = Infinity }: ServedModel, inputTokens: number): void {
  if (inputTokens <= contextWindow) return;
  const message =
    `This model's maximum context length is ${contextWindow} tokens. ` +
    `However, your messages resulted in ${inputTokens} tokens.`;
  throw new BrainError(400, "context_length_exceeded", message);
}
