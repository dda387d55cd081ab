import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { startPlatform, type RunningPlatform } from "./platform.ts";

/**
 * The one platform that every suite of `platform.test.ts` talks to: starting it costs more
 * than all that a suite asks of it. The suites run at once, so each leaves the others' runs,
 * batches and agents alone.
 */
export let platform: RunningPlatform;

/** The folder of agent files that were applied before the first test. */
export let agents = "";

/** Every step is a process of its own; a busy machine takes its time. */
export const slow = { timeout: 120_000 };

beforeAll(async () => {
  platform = await startPlatform();
  agents = join(platform.folder, "agents");
  await mkdir(agents);
  await writeFile(
    join(agents, "math.yaml"),
    "name: math\nmodel: simulated/demo\ntools: [calculator]\n",
  );
  await writeFile(join(agents, "slow.yaml"), "name: slow\nmodel: slow/demo\n");
  await writeFile(
    join(agents, "broken.json"),
    JSON.stringify({ name: "broken", model: "simulated/demo?fault=http&status=400" }),
  );
  await platform.flotilla(["agent", "apply", "-f", agents]);
}, 120_000);

afterAll(async () => {
  await platform.stop();
}, 60_000);

/** The command's answer, which must be one JSON document. */
export async function ask<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await platform.flotilla([...args, "--json"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout) as T;
}
