import { basename, dirname } from "node:path";
import { parseArgs } from "node:util";
import { recordedBrain } from "../recorded/brain.ts";
import { readPrice } from "./bill.ts";
import type { Brain } from "./brain.ts";
import { headerStyleSchema } from "./limits.ts";
import { simulatedBrain, simulatedModels } from "./models.ts";
import { readServedModel } from "./served-model.ts";
import { startSimulator, type SimulatorOptions } from "./simulator.ts";

const help = `Starts a simulated model provider and prints {"url":…} when it is ready.

  --port N               default: any free port
  --host ADDRESS         default: 127.0.0.1
  --latency-ms N         to the first byte
  --tokens-per-second N  default: the whole answer at once
  --jitter N             part of the latency by which it varies, 0 to 1
  --chunk N              characters in one delta, default 24
  --recording FILE       replays this recording as the model of its name; may be repeated
  --rpm N  --tpm N  --itpm N  --otpm N  --concurrency N
                         limits of each key at each model, answered with 429 beyond them
  --burst-seconds N      seconds' worth of a limit that may come at once, default 60
  --headers STYLE        how limits are told: openai, anthropic, azure, none
  --price PRICE          input:output[:cachedInput[:cacheWrite]], micro-USD per million tokens
  --prompt-cache N       cache prefixes of N tokens or more; default: none
  --batch-ms N           how long a batch takes, default 0
  --batch-expiry-ms N    when a batch expires, default a day
  --context-window N     refuse requests with more input tokens
  --model NAME?OPTIONS   a further model, such as large?of=demo&latency-ms=200&rpm=60;
                         may be repeated
  --log FILE             one JSON line for each request
`;

const { values } = parseArgs({
  options: {
    port: { type: "string" },
    host: { type: "string" },
    "latency-ms": { type: "string" },
    "tokens-per-second": { type: "string" },
    jitter: { type: "string" },
    chunk: { type: "string" },
    recording: { type: "string", multiple: true },
    rpm: { type: "string" },
    tpm: { type: "string" },
    itpm: { type: "string" },
    otpm: { type: "string" },
    concurrency: { type: "string" },
    "burst-seconds": { type: "string" },
    headers: { type: "string" },
    price: { type: "string" },
    "prompt-cache": { type: "string" },
    "batch-ms": { type: "string" },
    "batch-expiry-ms": { type: "string" },
    "context-window": { type: "string" },
    model: { type: "string", multiple: true },
    log: { type: "string" },
    help: { type: "boolean", short: "h" },
  },
});

if (values.help) process.stdout.write(help);
else await serve();

async function serve(): Promise<void> {
  const recordings = new Map(
    (values.recording ?? []).map((file) => [
      basename(file, ".jsonl"),
      recordedBrain(dirname(file)),
    ]),
  );
  const brain: Brain = (request) => (recordings.get(request.model) ?? simulatedBrain)(request);
  const simulator = await startSimulator({
    brain,
    models: [...simulatedModels, ...recordings.keys()],
    ...settings(),
  });
  process.stdout.write(`${JSON.stringify({ url: simulator.url })}\n`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void simulator.close());
  }
}

function settings(): SimulatorOptions {
  const number = (text: string | undefined) => (text === undefined ? undefined : Number(text));
  const limits = {
    requestsPerMinute: number(values.rpm),
    tokensPerMinute: number(values.tpm),
    inputTokensPerMinute: number(values.itpm),
    outputTokensPerMinute: number(values.otpm),
    concurrency: number(values.concurrency),
    burstSeconds: number(values["burst-seconds"]),
    headers: headerStyleSchema.optional().parse(values.headers),
  };
  return {
    port: number(values.port) ?? 0,
    host: values.host ?? "127.0.0.1",
    latencyMs: number(values["latency-ms"]) ?? 0,
    tokensPerSecond: number(values["tokens-per-second"]),
    jitter: number(values.jitter) ?? 0,
    chunk: number(values.chunk) ?? 24,
    limits,
    served: Object.fromEntries((values.model ?? []).map(readServedModel)),
    promptCache: number(values["prompt-cache"]) ?? 0,
    batchMs: number(values["batch-ms"]) ?? 0,
    batchExpiryMs: number(values["batch-expiry-ms"]) ?? 86_400_000,
    contextWindow: number(values["context-window"]),
    ...(values.price && { price: readPrice(values.price) }),
    ...(values.log && { log: values.log }),
  };
}
