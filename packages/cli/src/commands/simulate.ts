import { basename, dirname } from "node:path";
import type { Brain, HeaderStyle } from "@flotilla/models";
import { defineCommand } from "citty";
import { globalArgs } from "../connection.ts";
import { withInterrupt } from "../interrupt.ts";
import { openTerminal } from "../terminal.ts";
import { choiceOption, integerOption, numberOption, repeatedOption } from "../usage.ts";

const { json, color } = globalArgs;

const args = {
  port: { type: "string", valueHint: "number", description: "Any free port" },
  host: {
    type: "string",
    valueHint: "address",
    default: "127.0.0.1",
    description: "Where to listen",
  },
  "latency-ms": { type: "string", valueHint: "number", description: "Time to the first byte (0)" },
  "tokens-per-second": {
    type: "string",
    valueHint: "number",
    description: "Speed of an answer (all at once)",
  },
  jitter: {
    type: "string",
    valueHint: "0-1",
    description: "Part of the latency by which it varies",
  },
  chunk: { type: "string", valueHint: "number", description: "Characters in one delta (24)" },
  recording: {
    type: "string",
    valueHint: "path",
    description: "Replay a recording as the model of its name; may be repeated",
  },
  rpm: { type: "string", valueHint: "number", description: "Requests a minute, 429 beyond" },
  tpm: { type: "string", valueHint: "number", description: "Tokens a minute, 429 beyond" },
  itpm: { type: "string", valueHint: "number", description: "Input tokens a minute, 429 beyond" },
  otpm: { type: "string", valueHint: "number", description: "Output tokens a minute, 429 beyond" },
  concurrency: { type: "string", valueHint: "number", description: "Requests at once, 429 beyond" },
  "burst-seconds": {
    type: "string",
    valueHint: "number",
    description: "Seconds' worth of a limit that may come at once (60)",
  },
  headers: {
    type: "string",
    valueHint: "style",
    description: "How limits are told: openai, anthropic, azure or none (as the API does)",
  },
  price: {
    type: "string",
    valueHint: "price",
    description: "input:output[:cachedInput[:cacheWrite]], micro-USD per million tokens",
  },
  "prompt-cache": {
    type: "string",
    valueHint: "number",
    description: "Cache prefixes of that many tokens or more (no cache; real ones: 1024)",
  },
  "batch-ms": { type: "string", valueHint: "number", description: "How long a batch takes (0)" },
  "batch-expiry-ms": {
    type: "string",
    valueHint: "number",
    description: "When a batch expires (a day)",
  },
  "context-window": {
    type: "string",
    valueHint: "number",
    description: "Refuse requests with more input tokens",
  },
  model: {
    type: "string",
    valueHint: "name?options",
    description: "A further model, like large?of=demo&latency-ms=200&rpm=60; may be repeated",
  },
  log: { type: "string", valueHint: "path", description: "A JSON line for each request" },
  json,
  color,
} as const;

export const simulate = defineCommand({
  meta: {
    name: "simulate",
    description: "Start the simulated model provider (OpenAI and Anthropic wire formats)",
  },
  args,
  async run({ args: given, rawArgs }) {
    const terminal = openTerminal(given);
    const models = await import("@flotilla/models");
    const settings = settingsOf(given, models.headerStyleSchema.options);
    const recordings = new Map(
      repeatedOption("recording", rawArgs).map((file) => [
        basename(file, ".jsonl"),
        models.recordedBrain(dirname(file)),
      ]),
    );
    const brain: Brain = (request) =>
      (recordings.get(request.model) ?? models.simulatedBrain)(request);
    const simulator = await models.startSimulator({
      ...settings,
      host: given.host,
      brain,
      models: [...models.simulatedModels, ...recordings.keys()],
      served: Object.fromEntries(repeatedOption("model", rawArgs).map(models.readServedModel)),
      ...(given.price && { price: models.readPrice(given.price) }),
      ...(given.log && { log: given.log }),
    });
    await withInterrupt(async (signal) => {
      if (terminal.json) terminal.document({ url: simulator.url });
      else terminal.print(simulator.url);
      await untilAborted(signal);
    });
    await simulator.close();
  },
});

function settingsOf(
  given: { [name in keyof typeof args]?: unknown },
  headerStyles: readonly HeaderStyle[],
) {
  const text = (name: keyof typeof args) => given[name] as string | undefined;
  const atLeast = (name: keyof typeof args, min: number) =>
    integerOption(name, text(name), { min });
  return {
    port: integerOption("port", text("port"), { min: 0, max: 65_535 }) ?? 0,
    latencyMs: atLeast("latency-ms", 0) ?? 0,
    tokensPerSecond: numberOption("tokens-per-second", text("tokens-per-second"), { min: 0.1 }),
    jitter: numberOption("jitter", text("jitter"), { min: 0, max: 1 }) ?? 0,
    chunk: atLeast("chunk", 1) ?? 24,
    batchMs: atLeast("batch-ms", 0) ?? 0,
    batchExpiryMs: atLeast("batch-expiry-ms", 1) ?? 86_400_000,
    promptCache: atLeast("prompt-cache", 1) ?? 0,
    contextWindow: atLeast("context-window", 1),
    limits: {
      requestsPerMinute: atLeast("rpm", 1),
      tokensPerMinute: atLeast("tpm", 1),
      inputTokensPerMinute: atLeast("itpm", 1),
      outputTokensPerMinute: atLeast("otpm", 1),
      concurrency: atLeast("concurrency", 1),
      burstSeconds: numberOption("burst-seconds", text("burst-seconds"), { min: 0.001 }),
      headers: choiceOption("headers", text("headers"), headerStyles),
    },
  };
}

/** For a server, Ctrl-C is the end that was meant. */
async function untilAborted(signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
