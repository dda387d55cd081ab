import { hash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { apiKeyOf } from "../api-key.ts";
import type { ExchangeContext } from "../exchange.ts";
import { failInstead } from "../fail-instead.ts";
import type { Fault } from "../fault.ts";
import { tokensIn } from "../format.ts";
import type { LedgerEntry } from "../ledger.ts";
import { limitHeaders } from "../limit-headers.ts";
import type { Gate } from "../limits.ts";
import { splitFault } from "../named-fault.ts";
import { openaiChat } from "../openai-chat.ts";
import { strikes } from "../reply.ts";
import { sendJson } from "../send-json.ts";
import type { ServedModel } from "../served-model.ts";
import { drawImage } from "./draw-image.ts";

/** The model that makes images. */
export const simulatedImageModel = "image";

const sizes = [
  "256x256",
  "512x512",
  "1024x1024",
  "1024x1536",
  "1536x1024",
  "1024x1792",
  "1792x1024",
];

const requestSchema = z.object({
  model: z.string(),
  prompt: z.string().min(1).max(32_000),
  n: z.int().min(1).max(10).default(1),
  size: z.string().default("1024x1024"),
  quality: z.enum(["standard", "hd", "low", "medium", "high", "auto"]).optional(),
  response_format: z.enum(["b64_json"]).optional(),
});

interface Asked {
  request: z.infer<typeof requestSchema>;
  served: ServedModel;
  fault: Fault | undefined;
  hash: string;
}

interface Refused {
  status: number;
  code: string;
  message: string;
}

/**
 * OpenAI's image generations. The images follow from the request, and are made and billed whether or not its caller
 * waits for them; but once only under the same `Idempotency-Key`.
 */
export class ImageDesk {
  readonly #context: ExchangeContext;
  /** Of each key, what was asked for under it. */
  readonly #keys = new Map<string, string>();

  constructor(context: ExchangeContext) {
    this.#context = context;
  }

  /** Resolves when the response has ended and is recorded. */
  async answer(request: IncomingMessage, response: ServerResponse, body: string): Promise<void> {
    const at = Date.now();
    const asked = this.#read(body);
    if ("status" in asked) return refuse(response, asked);
    const { control, models, tally } = this.#context;
    const { served } = asked;
    const tokens = tokensIn(asked.request.prompt.length);
    const record = this.#recorder(request, response, asked, at);
    if (control.isDown(served.name)) {
      refuse(response, { status: 503, code: "down", message: `${served.name} is down.` });
      return record({ outcome: "faulted" });
    }
    const gate = models.gate(served, apiKeyOf(request), at);
    const refusal = gate.enter(tokens, at);
    tellLimits(response, served, gate);
    if (refusal) {
      const { cause, retryAfterMs } = refusal;
      if (retryAfterMs !== null) response.setHeader("retry-after-ms", String(retryAfterMs));
      const message = `Rate limit reached for ${cause}.`;
      refuse(response, { status: 429, code: "rate_limit_exceeded", message });
      return record({ outcome: "limited", limitedBy: cause });
    }
    tally.enter(served.name);
    try {
      await this.#make(request, response, asked, record);
    } finally {
      gate.leave(0, Date.now());
      tally.leave(served.name);
    }
  }

  async #make(
    request: IncomingMessage,
    response: ServerResponse,
    asked: Asked,
    record: (end: Partial<LedgerEntry>) => void,
  ): Promise<void> {
    const { control, faultCounts, bill } = this.#context;
    const { served } = asked;
    const key = `${header(request, "x-flotilla-run") ?? ""} ${asked.hash}`;
    const fault = strikes(control.faultOf(served.name) ?? asked.fault, key, faultCounts);
    if (fault && (await failInstead(response, openaiChat, fault))) {
      return record({ outcome: "faulted" });
    }
    const first = this.#isFirst(request, asked);
    if (first === undefined) {
      const message = "Another request was made with this Idempotency-Key.";
      refuse(response, { status: 400, code: "idempotency_key_reused", message });
      return record({ outcome: "refused" });
    }
    await wait(served.pace.latencyMs);
    const { n: count, size, quality } = asked.request;
    const costMicros = first ? bill.addImages(served.name, { count, size, quality }) : 0;
    record({ outcome: response.destroyed ? "closed" : "answered", costMicros });
    if (!response.destroyed) sendJson(response, 200, imagesOf(asked.request));
  }

  /** Whether nothing was asked for under its key before; undefined where that was something else. */
  #isFirst(request: IncomingMessage, asked: Asked): boolean | undefined {
    const given = header(request, "idempotency-key");
    if (given === undefined) return true;
    const key = `${apiKeyOf(request)}\n${given}`;
    const known = this.#keys.get(key);
    if (known !== undefined) return known === asked.hash ? false : undefined;
    this.#keys.set(key, asked.hash);
    return true;
  }

  #read(body: string): Asked | Refused {
    const invalid = (code: string, message: string) => ({ status: 400, code, message });
    try {
      const request = requestSchema.parse(JSON.parse(body));
      const { model, fault } = splitFault(request.model);
      const served = this.#context.models.find(model);
      if (served.of !== simulatedImageModel) {
        const message = `The model ${model} does not exist, or makes no images; there is ${simulatedImageModel}.`;
        return { status: 404, code: "model_not_found", message };
      }
      if (!sizes.includes(request.size)) {
        const message = `Invalid size ${request.size}. Supported sizes are ${sizes.join(", ")}.`;
        return invalid("invalid_value", message);
      }
      return { request, served, fault, hash: hash("sha1", body) };
    } catch (error) {
      const why = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
      return invalid("invalid_request", `The request is not of this API: ${why}`);
    }
  }

  #recorder(request: IncomingMessage, response: ServerResponse, asked: Asked, at: number) {
    const { tally, record } = this.#context;
    return (end: Partial<LedgerEntry>): void => {
      const entry: LedgerEntry = {
        ...{ at, ms: Date.now() - at, model: asked.request.model, hash: asked.hash, turn: 0 },
        ...{ runId: header(request, "x-flotilla-run") ?? null, step: null, batch: null },
        ...{ outcome: "answered", status: response.statusCode, limitedBy: null },
        ...{ inputTokens: tokensIn(asked.request.prompt.length), outputTokens: 0 },
        ...{ usage: null, costMicros: 0, ...end },
      };
      tally.record(asked.served.name, entry);
      record(entry);
    };
  }
}

function imagesOf({ prompt, n, size }: Asked["request"]) {
  const [width = 0, height = 0] = size.split("x").map(Number);
  const data = Array.from({ length: n }, (_, index) => ({
    b64_json: drawImage(`${prompt}\n${index}`, width, height).toString("base64"),
  }));
  return { created: Math.floor(Date.now() / 1_000), data };
}

function refuse(response: ServerResponse, { status, code, message }: Refused): void {
  sendJson(response, status, openaiChat.errorBody(status, code, message));
}

function tellLimits(response: ServerResponse, { limits }: ServedModel, gate: Gate): void {
  const now = Date.now();
  const headers = limitHeaders(limits.headers ?? "openai", gate.levels(now), now);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === "string" ? value : undefined;
}
