import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  agentSpecSchema,
  fold,
  newId,
  noCredentials,
  noRedaction,
  routesSchema,
  type AgentSpecInput,
  type ArtifactPort,
  type CredentialPort,
  type Event,
  type InterruptAnswer,
  type Log,
  type RedactPort,
  type RouteSpecInput,
  type Run,
  type RunStatus,
  type SeenError,
} from "@flotilla/core";
import {
  faultCatalogue,
  openModels,
  openRouter,
  simulatedBrain,
  startSimulator,
  type Models,
  type ModelsConfigInput,
  type ProviderConfigInput,
} from "@flotilla/models";
import { migrate, openArtifacts, openPool, openStore, type Store } from "@flotilla/store";
import { defineTool, openTools, type Tool, type ToolDefinition } from "@flotilla/tools";
import { expect } from "vitest";
import { z } from "zod";
import { createDatabase, type TestDatabase } from "../../store/test/database.ts";
import { openCapacity, openEngine, startRun, systemClock, type Engine } from "../src/index.ts";

export interface TestEngine {
  store: Store;
  models: Models;
  simulatorUrl: string;
  engine: Engine;
  logged: string[];
  /** Errors that were told. */
  seen: SeenError[];
  artifacts: ArtifactPort;
  artifactFolder: string;
  /** Applies an agent whose simulated model plays these turns, and starts a run of it. */
  play(turns: object[], spec?: Partial<AgentSpecInput>): Promise<string>;
  /** Waits until the run has a status. */
  until(runId: string, ...statuses: RunStatus[]): Promise<Run>;
  events(runId: string): Promise<Event[]>;
  /** Answers what the run asks, the same to all of it. */
  answer(runId: string, answer: InterruptAnswer): Promise<void>;
  /** As if every provider's pause were over. */
  endPauses(): Promise<void>;
  /** Closes the engine and opens another one on the same database. */
  restart(graceMs: number): Promise<void>;
  close(): Promise<void>;
}

interface TestSettings {
  /** Beside those that are always there. */
  providers?: Record<string, ProviderConfigInput>;
  routes?: Record<string, RouteSpecInput>;
  redact?: RedactPort;
  credentials?: CredentialPort;
}

const silent = () => undefined;

/** Tokens that the models of the providers `narrow` and `unmeasured` take in. */
export const narrowWindow = 3_000;

/** The real engine on a database, a fresh one by default, with the real tools and simulated models. */
export async function openTestEngine(
  tools: Tool[],
  given?: TestDatabase,
  {
    providers = {},
    routes = {},
    redact = noRedaction,
    credentials = noCredentials,
  }: TestSettings = {},
): Promise<TestEngine> {
  const database = given ?? (await createDatabase());
  const pool = openPool({ url: database.url, name: "test", onError: silent });
  await migrate(pool);
  await pool.end();
  const store = await openStore({ url: database.url, onError: silent });
  const simulator = await startSimulator({ brain: simulatedBrain });
  const models = openModels(
    {
      providers: {
        simulated: { kind: "simulated" },
        slow: { kind: "simulated", latencyMs: 30_000 },
        nameless: { kind: "openai-compatible", baseURL: `${simulator.url}/v1` },
        limited: { kind: "simulated" },
        metered: { kind: "simulated" },
        typing: { kind: "simulated", tokensPerSecond: 40 },
        ...faultyProviders(simulator.url),
        ...providers,
        // Refuse what is longer; of the first it is known before, and of the second it is not.
        narrow: { kind: "simulated", simulatorContextWindow: narrowWindow },
        unmeasured: { kind: "simulated", simulatorContextWindow: narrowWindow },
      },
      contextWindows: { narrow: narrowWindow },
      limits: { metered: { requestsPerMinute: 120 } },
    },
    undefined,
    credentials,
  );
  const workspaces = await mkdtemp(join(tmpdir(), "flotilla-engine-"));
  const logged: string[] = [];
  const seen: SeenError[] = [];
  const note = (_fields: object, message: string) => void logged.push(message);
  const log: Log = { debug: silent, info: silent, warn: note, error: note };
  const path = join(workspaces, "artifacts");
  const artifacts = openArtifacts(store.pool, { kind: "folder", path });
  const port = await openTools({ tools });
  const parts = { clock: systemClock, random: Math.random, log };
  const router = openRouter({
    ...parts,
    routes: routesSchema.parse(routes),
    models,
    targets: store.targets,
  });
  const { capacity: capacityStore, signals } = store;
  const capacity = openCapacity({ ...parts, workerId: "wrk_test", store: capacityStore, signals });
  const open = () =>
    openEngine({
      ...parts,
      workerId: newId("wrk"),
      databaseUrl: database.url,
      store,
      models,
      router,
      capacity,
      providerBatches: models.batches,
      tools: port,
      artifacts,
      redact,
      credentials,
      errors: { take: (error) => seen.push(error) },
      workspaces,
      concurrency: 100,
      retentionDays: null,
      cacheBytes: 2 ** 20,
      singleHost: true,
    });
  let agents = 0;
  const self: TestEngine = {
    store,
    models,
    simulatorUrl: simulator.url,
    engine: await open(),
    logged,
    seen,
    artifacts,
    artifactFolder: path,
    async play(turns, spec = {}) {
      const agent = agentSpecSchema.parse({
        name: `agent-${++agents}`,
        model: "simulated/script",
        instructions: JSON.stringify({ turns }),
        retry: { baseMs: 5 },
        ...spec,
      });
      await store.agents.apply(agent, newId("agt"));
      return startRun(store, { agent: agent.name, input: { text: "go" } });
    },
    async until(runId, ...statuses) {
      await expect
        .poll(async () => (await store.runs.get(runId)).status, { timeout: 15_000, interval: 20 })
        .toSatisfy((status: RunStatus) => statuses.includes(status));
      return fold(await self.events(runId));
    },
    events: (runId) => store.journal.read(runId, 0, 10_000),
    async answer(runId, answer) {
      const asked = await store.inbox.open([runId]);
      expect(asked.length).toBeGreaterThan(0);
      const outcomes = await store.interrupts.answer(asked, () => ({ by: "person", answer }));
      expect(outcomes).toEqual(asked.map(() => null));
    },
    async endPauses() {
      await store.pool.query(
        "UPDATE capacity SET paused_until = NULL RETURNING pg_notify('flotilla_capacity', bucket)",
      );
    },
    async restart(graceMs) {
      await self.engine.close(graceMs);
      self.engine = await open();
    },
    async close() {
      await self.engine.close(100);
      await router.close();
      await capacity.close();
      await models.close();
      await simulator.close();
      await store.close();
      await database.drop();
      await rm(workspaces, { recursive: true, force: true });
    },
  };
  return self;
}

export const wireFormats = ["openai-chat", "openai-responses", "anthropic"] as const;

/**
 * A provider for each fault in each wire format, since a refusal pauses a provider's model for
 * everyone; `hasty-…` with timeouts short enough to wait for.
 */
function faultyProviders(baseURL: string): ModelsConfigInput["providers"] {
  const timeouts = { firstTokenMs: 1_500, progressMs: 1_000, totalMs: 4_000 };
  const names = wireFormats.flatMap((format) =>
    Object.keys(faultCatalogue).map((fault) => [format, `${format}-${fault}`] as const),
  );
  const providers = names.flatMap(([format, name]) => {
    const provider = { kind: "simulated", format, baseURL, maxResponseBytes: 256 * 1_024 } as const;
    return [
      [name, provider],
      [`hasty-${name}`, { ...provider, timeouts }],
    ];
  });
  return Object.fromEntries(providers) as ModelsConfigInput["providers"];
}

/** A tool that does what the test says, and counts its executions by key. */
export function probe(
  name: string,
  recovery: "idempotent" | "unknown",
  act: (text: string, signal: AbortSignal) => Promise<string> | string,
  terms: { breaker?: ToolDefinition<z.ZodObject, z.ZodType>["breaker"] } = {},
): { tool: Tool; keys: string[] } {
  const keys: string[] = [];
  const tool = defineTool({
    name,
    description: "Does what the test says.",
    input: z.strictObject({ text: z.string() }),
    output: z.string(),
    recovery,
    timeoutMs: 20_000,
    maxAttempts: 3,
    ...terms,
    call(input, context) {
      keys.push(context.idempotencyKey);
      return act(input.text, context.signal);
    },
  });
  return { tool, keys };
}
