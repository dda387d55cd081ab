import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openTestMcpServer } from "../../packages/tools/src/mcp/test-mcp-server.ts";
import { startPlatform, type Platform, type PlatformOptions } from "../platform.ts";
import { startPostgresServer } from "../postgres.ts";
import { startSimulator, type SimulatorProcess } from "../simulator.ts";
import { firstOwner, newMember, type Member } from "../web/members.ts";
import { addHistory } from "./add-history.ts";
import { bookFor } from "./book.ts";
import { fillSettings } from "./fill-settings.ts";
import { fillWork, type FurnishedSize, type Work } from "./fill-work.ts";
import { supplierTools } from "./supplier-tools.ts";

/** What a platform looks like that a shop has used for a while. */
export interface Furnished extends Work {
  platform: Platform;
  owner: Member;
  viewer: Member;
  size: FurnishedSize;
  stop(): Promise<void>;
}

const toolsFolder = fileURLToPath(new URL("./tools", import.meta.url));
const unbounded = { perMinute: 1_000_000, burst: 1_000_000 };
const minute = 60_000;

/** What the models cost, in micro-USD per million tokens. */
const prices = {
  "north/large": { input: 3_000_000, cachedInput: 300_000, output: 15_000_000 },
  "north/small": { input: 250_000, output: 2_000_000 },
  "harbour/steady": { input: 600_000, output: 2_400_000 },
};

/**
 * Starts a platform where people sign in, and fills it through its API as the people of a shop would have: with agents,
 * runs of every kind, batches, schedules, rules and accounts.
 */
export async function openFurnished(
  size: FurnishedSize,
  options: Pick<PlatformOptions, "env"> = {},
): Promise<Furnished> {
  const folder = await mkdtemp(join(tmpdir(), "flotilla-furnished-"));
  const endings: (() => unknown)[] = [() => rm(folder, { recursive: true, force: true })];
  const stop = async () => {
    for (const end of endings.splice(0).toReversed()) await end();
  };
  try {
    const providers = await openModels(folder, size);
    endings.push(() => Promise.all(providers.map((one) => one.stop())));
    const peer = await openTestMcpServer(supplierTools);
    endings.push(() => peer.close());
    const [north, harbour] = providers as [SimulatorProcess, SimulatorProcess];
    const database = await startPostgresServer();
    endings.push(() => database.stop());
    const platform = await startPlatform({
      databaseUrl: database.url,
      config: settings(north.url, harbour.url, peer.host),
      env: {
        FLOTILLA_TOOLS: toolsFolder,
        FLOTILLA_VAULT_KEY: randomBytes(32).toString("base64"),
        ...options.env,
      },
    });
    endings.push(() => platform.stop());
    const owner = await firstOwner(platform);
    const viewer = await newMember(platform, owner, "Vera", "viewer");
    await fillSettings({ platform, owner, mcpUrl: peer.url });
    const work = await fillWork({ platform, owner, size });
    await addHistory(database.url);
    return { platform, owner, viewer, size, ...work, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** One that answers at once, and one whose answers take their time. */
async function openModels(folder: string, size: FurnishedSize): Promise<SimulatorProcess[]> {
  const book = join(folder, "book.jsonl");
  await writeFile(book, bookFor(size));
  const north = startSimulator({
    recordings: [book],
    latencyMs: 120,
    jitter: 0.6,
    models: [
      "large?of=book&rpm=1200&tpm=2000000&headers=openai",
      "small?of=book&rpm=6000&tpm=8000000&headers=openai",
    ],
  });
  const harbour = startSimulator({
    recordings: [book],
    models: ["steady?of=book&latency-ms=6000&rpm=240&headers=openai"],
  });
  return Promise.all([north, harbour]);
}

function settings(north: string, harbour: string, mcpHost: string): object {
  return {
    signIn: "required",
    rateLimits: { address: unbounded, caller: unbounded },
    httpAllow: [mcpHost],
    providers: {
      north: { kind: "simulated", baseURL: north },
      harbour: { kind: "simulated", baseURL: harbour, timeouts: { totalMs: 5 * minute } },
    },
    prices,
    routes: {
      careful: {
        description: "The large model, and the steady one while that is away.",
        targets: ["north/large", "harbour/steady"],
      },
      thrifty: { strategy: "cheapest", targets: ["north/small", "north/large"] },
    },
    oidc: [],
  };
}
