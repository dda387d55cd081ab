import { appendFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { newId, noCredentials, noRedaction } from "@flotilla/core";
import { openModels, openRouter } from "@flotilla/models";
import { openArtifacts, openStore } from "@flotilla/store";
import { defineTool, openTools } from "@flotilla/tools";
import { z } from "zod";
import { openCapacity, openEngine, systemClock } from "../src/index.ts";

/**
 * A worker process for tests that kill it: `worker-child.ts <database url> <ledger> <workspaces>`, and
 * the URL of a simulator where it is not to start its own. It keeps no image while there is a file `<workspaces>/hold`. Its tool `mark` writes a line `<unix ms> <idempotency key>` into the ledger when it is executed.
 */
const [url, ledger, workspaces, simulator] = process.argv.slice(2) as [
  string,
  string,
  string,
  string?,
];
const silent = () => undefined;
const mark = defineTool({
  name: "mark",
  description: "Writes into the ledger.",
  input: z.strictObject({ text: z.string() }),
  output: z.string(),
  recovery: "idempotent",
  timeoutMs: 10_000,
  maxAttempts: 3,
  async call({ text }, { idempotencyKey, signal }) {
    appendFileSync(ledger, `${Date.now()} ${idempotencyKey}\n`);
    await sleep(50, undefined, { signal });
    return text;
  },
});
const draw = defineTool({
  name: "draw",
  description: "Has an image made.",
  input: z.strictObject({ model: z.string() }),
  output: z.string(),
  recovery: "idempotent",
  timeoutMs: 60_000,
  maxAttempts: 3,
  async call({ model }, { image }) {
    const { images } = await image({ model, prompt: "a boat" });
    return images.map(({ id }) => id).join();
  },
});
const store = await openStore({ url, onError: silent });
const tell = (_fields: object, message: string) => void process.stderr.write(`${message}\n`);
const at = simulator === undefined ? { latencyMs: 30 } : { baseURL: simulator };
const models = openModels({
  providers: {
    simulated: { kind: "simulated", ...at },
    narrow: { kind: "simulated", latencyMs: 30, simulatorContextWindow: 1_500 },
    slow: { kind: "simulated", latencyMs: 2_000 },
    ...(simulator !== undefined && {
      // What it is asked for twice, it makes twice, as far as we know.
      forgetful: { kind: "openai-compatible" as const, baseURL: `${simulator}/v1` },
    }),
  },
  contextWindows: { narrow: 1_500 },
  imagePrices: { "forgetful/image": { image: 20_000 } },
});
const parts = {
  clock: systemClock,
  random: Math.random,
  log: { debug: silent, info: silent, warn: tell, error: tell },
};
const { capacity, signals } = store;
const kept = openArtifacts(store.pool, { kind: "folder", path: `${workspaces}-artifacts` });
const artifacts = {
  ...kept,
  async put(content: Parameters<typeof kept.put>[0]) {
    while (content.mediaType === "image/png" && existsSync(join(workspaces, "hold"))) {
      await sleep(50);
    }
    return kept.put(content);
  },
};
const open = async () =>
  openEngine({
    ...parts,
    workerId: newId("wrk"),
    databaseUrl: url,
    store,
    models,
    router: openRouter({ ...parts, routes: {}, models, targets: store.targets }),
    capacity: openCapacity({ ...parts, workerId: newId("wrk"), store: capacity, signals }),
    providerBatches: models.batches,
    artifacts,
    tools: await openTools({ tools: [mark, draw] }),
    redact: noRedaction,
    credentials: noCredentials,
    workspaces,
    concurrency: 20,
    retentionDays: null,
    cacheBytes: 2 ** 20,
    singleHost: false,
  });
for (;;) {
  const engine = await open();
  process.send?.(engine.workerId);
  await engine.lost;
  await engine.close(0);
}
