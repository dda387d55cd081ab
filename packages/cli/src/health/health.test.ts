import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Status } from "@flotilla/api";
import { createClient } from "@flotilla/api";
import { agentSpecSchema } from "@flotilla/core";
import { describe, expect, test } from "vitest";
import { plain } from "../terminal.ts";
import { healthText } from "./check.ts";
import { checkMachine } from "./machine.ts";
import { checkPlatform, checkProvider, checkSandbox, checkWorkers } from "./platform.ts";

const now = Date.parse("2026-01-01T00:01:00.000Z");

function worker(heartbeatAt: string): Status["workers"][number] {
  const startedAt = "2026-01-01T00:00:00.000Z";
  return {
    ...{ id: "wrk_1", host: "h", pid: 1, startedAt, heartbeatAt },
    ...{ activeRuns: 0, memoryBytes: 1, loopDelayMs: 2, cpuPercent: 12, sandbox: null },
  };
}

const agents = [
  { name: "math", spec: agentSpecSchema.parse({ name: "math", model: "openai/gpt-5-mini" }) },
];

describe("the platform's health", () => {
  test("needs one worker that was heard of lately", () => {
    const alive = worker("2026-01-01T00:00:55.000Z");
    const silent = worker("2026-01-01T00:00:01.000Z");
    expect(checkWorkers({ workers: [silent, alive] }, now).outcome).toBe("ok");
    expect(checkWorkers({ workers: [silent] }, now)).toMatchObject({
      outcome: "problem",
      detail: "no worker is alive (1 worker went silent): runs stay pending",
      remedy: expect.stringContaining("flotilla worker"),
    });
  });

  test("tells the weakest sandbox of the living workers, and what can be done", () => {
    const alive = worker("2026-01-01T00:00:55.000Z");
    const strong = { ...alive, sandbox: { tier: "landlock+bubblewrap" as const, why: "" } };
    const weak = { ...alive, sandbox: { tier: "landlock" as const, why: "bwrap is missing" } };
    const none = { ...alive, sandbox: { tier: "none" as const, why: "no Landlock" } };
    const chosen = {
      ...alive,
      sandbox: { tier: "none" as const, why: "the settings turn it off" },
    };
    const silent = { ...none, heartbeatAt: "2026-01-01T00:00:01.000Z" };
    const check = (...workers: (typeof alive)[]) => checkSandbox({ workers }, now)[0];
    expect(check(alive)).toBeUndefined();
    expect(check(strong, silent)).toMatchObject({ outcome: "ok", detail: "landlock+bubblewrap" });
    expect(check(strong, weak)).toMatchObject({
      outcome: "warning",
      detail: "landlock on 1 of 2 workers (bwrap is missing)",
      remedy: expect.stringContaining("Install bubblewrap"),
    });
    expect(check(none, strong)).toMatchObject({
      outcome: "warning",
      detail: "none, so programs of tools are refused on 1 of 2 workers (no Landlock)",
      remedy: expect.stringContaining("Linux 5.13"),
    });
    expect(check(chosen)?.outcome).toBe("ok");
  });

  test("a missing key is a problem once an agent needs it", () => {
    const openai = { name: "openai", ready: false, problem: "OPENAI_API_KEY is not set" };
    expect(checkProvider({ ...openai, ready: true, problem: null }, agents).outcome).toBe("ok");
    expect(checkProvider({ ...openai, name: "google" }, agents).outcome).toBe("warning");
    expect(checkProvider(openai, agents)).toMatchObject({
      outcome: "problem",
      detail: "OPENAI_API_KEY is not set (used by math)",
    });
  });

  test("a server that does not answer is one problem with its remedy", async () => {
    const url = "http://127.0.0.1:9";
    expect(await checkPlatform(createClient({ baseUrl: url }), url)).toEqual([
      {
        name: "server",
        outcome: "problem",
        detail: "No answer from http://127.0.0.1:9.",
        remedy: expect.stringContaining("flotilla up"),
      },
    ]);
  });
});

describe("the machine's health", () => {
  test("looks at Node, the home and its disk, also before the home exists", async () => {
    const folder = await mkdtemp(join(tmpdir(), "flotilla-health-"));
    const home = join(folder, "not", "yet");
    const checks = await checkMachine(home);
    await rm(folder, { recursive: true });
    expect(checks.map((check) => check.name)).toEqual(["node", "home", "disk"]);
    expect(checks[1]).toMatchObject({ outcome: "ok", detail: `${home} can be created` });
  });

  test("reads as one line per check, the remedy below it", () => {
    const text = healthText(
      [
        { name: "node", outcome: "ok", detail: "v24" },
        { name: "server", outcome: "problem", detail: "No answer.", remedy: "Start it." },
      ],
      plain,
    );
    expect(text).toBe("✓ node    v24\n✗ server  No answer.\n          → Start it.");
  });
});
