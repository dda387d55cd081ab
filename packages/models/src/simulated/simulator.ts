import { hash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text as readText } from "node:stream/consumers";
import { FlotillaError, type Price } from "@flotilla/core";
import { anthropic } from "./anthropic.ts";
import { anthropicBatches } from "./batches/anthropic-batches.ts";
import { answerCalls } from "./batches/answer-call.ts";
import { answerBatches, BatchShelf, type BatchApi } from "./batches/batch-desk.ts";
import type { BatchPace } from "./batches/batch-job.ts";
import { openaiBatches } from "./batches/openai-batches.ts";
import { Bill, simulatedPrice, type SimulatorBill } from "./bill.ts";
import type { Brain } from "./brain.ts";
import { Control } from "./control.ts";
import type { Format } from "./format.ts";
import { Exchange, type ExchangeContext } from "./exchange.ts";
import { ImageDesk, simulatedImageModel } from "./images/image-exchange.ts";
import { Ledger, type LedgerEntry } from "./ledger.ts";
import type { Limits } from "./limits.ts";
import { simulatedBrain, simulatedModels } from "./models.ts";
import { openaiChat } from "./openai-chat.ts";
import { openaiResponses } from "./openai-responses.ts";
import { answerOperator } from "./operator.ts";
import { PromptCache } from "./prompt-cache.ts";
import { sendJson } from "./send-json.ts";
import { ServedModels, type ServedModelInput } from "./served-model.ts";
import { Tally, type SimulatorState } from "./tally.ts";

export interface SimulatorOptions {
  /** Default: the models `demo` and `script`. */
  brain?: Brain;
  /** What `/v1/models` lists, beside the `served`. */
  models?: readonly string[];
  /** Further names of the brain's models, each with a pace and limits of its own. */
  served?: Readonly<Record<string, ServedModelInput>>;
  /** 0, the default: any free port. */
  port?: number;
  /** Default: 127.0.0.1. */
  host?: string;
  /** To the first byte. Default: 0. */
  latencyMs?: number;
  /** Default: the whole answer at once. */
  tokensPerSecond?: number | undefined;
  /** Part of the latency by which it varies, 0 to 1; the same for the same request. Default: 0. */
  jitter?: number;
  /** Characters in one delta. Default: 24. */
  chunk?: number;
  /** Of each key at each model. */
  limits?: Limits;
  /** What each model bills, in whole micro-USD. Default: the platform's price of simulated models. */
  price?: Price;
  /** Most input tokens of a request; larger ones are refused. Default: any number. */
  contextWindow?: number | undefined;
  /** Fewest tokens of a prefix that is cached. Default: there is no prompt cache. */
  promptCache?: number;
  /** From the creation of a batch to its end. Default: 0. */
  batchMs?: number;
  /** When a batch expires. Default: a day, as providers promise. */
  batchExpiryMs?: number;
  /** Told of each request once it has ended. */
  onRequest?: (entry: LedgerEntry) => void;
  /** A JSONL file that gets an entry for each request. */
  log?: string;
}

export interface Simulator {
  /** `http://127.0.0.1:<port>`; the APIs are below `/v1`. */
  url: string;
  port: number;
  /** Requests so far. */
  readonly requests: number;
  /** What it has seen so far; `GET /simulator/state` tells the same. */
  state(): SimulatorState;
  /** What it wants to be paid so far; `GET /simulator/bill` tells the same. */
  bill(): SimulatorBill;
  /** Cuts what is under way. Resolves when the port is free and the log is written. */
  close(): Promise<void>;
}

const formats: Readonly<Record<string, Format>> = {
  "/v1/chat/completions": openaiChat,
  "/v1/responses": openaiResponses,
  "/v1/messages": anthropic,
};

/**
 * Starts an HTTP server that speaks the wire formats of OpenAI and Anthropic and answers
 * from a brain. It keeps no conversation: every answer follows from its request, so any
 * process gives the same one.
 *
 * Throws `config_invalid` when it cannot listen.
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const ledger = options.log ? new Ledger(options.log) : undefined;
  const context: ExchangeContext = {
    brain: options.brain ?? simulatedBrain,
    models: servedModels(options),
    jitter: options.jitter ?? 0,
    chunk: options.chunk ?? 24,
    control: new Control(),
    tally: new Tally(),
    bill: new Bill(),
    cache: options.promptCache ? new PromptCache(options.promptCache) : undefined,
    faultCounts: new Map(),
    record: (entry) => {
      options.onRequest?.(entry);
      ledger?.write(entry);
    },
  };
  const { batchMs = 0, batchExpiryMs = 86_400_000 } = options;
  const batches = openBatches({ batchMs, batchExpiryMs }, context);
  const further = Object.keys(options.served ?? {});
  const own = options.models ?? [...simulatedModels, simulatedImageModel];
  const names = [...new Set([...own, ...further])];
  const images = new ImageDesk(context);
  let requests = 0;
  const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
    requests++;
    const served = { context, names, batches, images };
    // The caller went away while it was still sending.
    answer(request, response, served).catch(() => response.destroy());
  });
  const host = options.host ?? "127.0.0.1";
  server.listen(options.port ?? 0, host, 4_096);
  try {
    await once(server, "listening");
  } catch (error) {
    const message = `The simulator cannot listen on ${host}:${options.port ?? 0}: ${String(error)}`;
    throw new FlotillaError("config_invalid", message, { cause: error });
  }
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${port}`,
    port,
    get requests() {
      return requests;
    },
    state: () => context.tally.state(),
    bill: () => context.bill.state(),
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
      await ledger?.close();
    },
  };
}

function servedModels(options: SimulatorOptions): ServedModels {
  const { served = {}, latencyMs = 0, tokensPerSecond, limits = {}, contextWindow } = options;
  const price = options.price ?? simulatedPrice;
  const pace = { latencyMs, tokensPerSecond };
  return new ServedModels(served, { pace, limits, price, contextWindow });
}

/** What requests are answered from. */
interface Served {
  context: ExchangeContext;
  names: readonly string[];
  batches: Batches;
  images: ImageDesk;
}

interface Batches {
  apis: readonly BatchApi[];
  /** Brings all batches to the present. */
  catchUp(): Promise<void>;
}

function openBatches(pace: BatchPace, context: ExchangeContext): Batches {
  const ofOpenai = new BatchShelf();
  const ofAnthropic = new BatchShelf();
  return {
    apis: [
      openaiBatches(ofOpenai, pace, (format) => answerCalls(format, context)),
      anthropicBatches(ofAnthropic, pace, answerCalls(anthropic, context)),
    ],
    async catchUp() {
      await Promise.all([ofOpenai.catchUp(), ofAnthropic.catchUp()]);
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { context, names, batches, images }: Served,
): Promise<void> {
  const path = (request.url ?? "").split("?")[0] ?? "";
  const format = formats[path];
  if (request.method === "POST" && format) {
    try {
      const body = await readText(request);
      await new Exchange(request, response, format, context).answer(body, hash("sha1", body));
    } catch (error) {
      // The caller went away while it was still sending, or the brain itself failed.
      if (!response.headersSent && !response.destroyed) {
        sendJson(response, 500, format.errorBody(500, "server_error", String(error)));
      } else response.destroy();
    }
  } else if (request.method === "POST" && path === "/v1/images/generations") {
    await images.answer(request, response, await readText(request));
  } else if (request.method === "GET" && path === "/v1/models") {
    const data = names.map((id) => ({ id, object: "model", created: 0, owned_by: "flotilla" }));
    sendJson(response, 200, { object: "list", data });
  } else if (path.startsWith("/simulator/")) {
    await answerOperator(request, response, path, { ...context, batches });
  } else if (!(await answerBatches(request, response, batches.apis))) {
    sendJson(response, 404, { error: { message: `There is no ${request.method} ${path}.` } });
  }
}
