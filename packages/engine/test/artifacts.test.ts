import { readdir } from "node:fs/promises";
import { transcript } from "@flotilla/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openTestEngine, probe, type TestEngine } from "./platform.ts";

const long = Array.from({ length: 9_000 }, (_, i) => `entry ${i}`).join("\n");
const dump = probe("dump", "idempotent", (text) => (text === "long" ? long : text));

let test: TestEngine;
beforeAll(async () => {
  test = await openTestEngine([dump.tool]);
});
afterAll(() => test.close());

const call = (text: string) => ({ tool: "dump", input: { text } });

it("keeps a large result as an artifact, shows a preview, and lets the model read on", async () => {
  const runId = await test.play([{ calls: [call("long"), call("short")] }, { text: "end" }], {
    tools: ["dump"],
  });
  const run = await test.until(runId, "completed", "failed");
  const [kept] = await test.artifacts.list(runId);
  expect(kept).toMatchObject({ name: "dump", mediaType: "text/plain", bytes: long.length });
  expect(Buffer.from(await test.artifacts.read(kept?.id as string)).toString()).toBe(long);
  const steps = run.steps.filter((step) => step.kind === "tool");
  expect(steps).toMatchObject([
    { artifact: { id: kept?.id }, output: { artifact: kept?.id, lines: 9_000 } },
    { output: "short" },
  ]);
  expect(steps[1]).not.toHaveProperty("artifact");
  expect(JSON.stringify(await test.events(runId)).length).toBeLessThan(20_000);
  expect(JSON.stringify(transcript(run))).toContain("Read on with artifact_read");

  const turns = [
    { calls: [{ tool: "artifact_read", input: { artifact: kept?.id, search: "entry 8999" } }] },
    { text: "end" },
  ];
  // Another run's artifact is none to it, and the tool is there only for runs that have some.
  const other = await test.until(await test.play(turns, { tools: ["artifact_read"] }), "completed");
  expect(other.steps[1]).toMatchObject({ status: "failed", error: { code: "tool_failed" } });
  const without = await test.until(await test.play(turns), "completed");
  expect(without.steps[1]).toMatchObject({ status: "failed", error: { code: "unknown_tool" } });
});

it("offers the tool that reads it to a run that has one, and to no other", async () => {
  const missing = `art_${"0".repeat(26)}`;
  const read = { tool: "artifact_read", input: { artifact: missing } };
  const runId = await test.play([{ calls: [call("long")] }, { calls: [read] }, { text: "end" }], {
    tools: ["dump"],
  });
  const run = await test.until(runId, "completed", "failed");
  expect(run.steps[3]).toMatchObject({
    tool: "artifact_read",
    error: { code: "tool_failed", message: expect.stringContaining(missing) as string },
  });
});

it("takes the bound from the agent", async () => {
  const runId = await test.play([{ calls: [call("x".repeat(5_000))] }, { text: "end" }], {
    tools: ["dump"],
    context: { maxResultBytes: 4_096 },
  });
  await test.until(runId, "completed");
  expect(await test.artifacts.list(runId)).toHaveLength(1);
});

it("deletes artifacts with their run", async () => {
  const runId = await test.play([{ calls: [call("long")] }, { text: "end" }], { tools: ["dump"] });
  await test.until(runId, "completed");
  const [kept] = await test.artifacts.list(runId);
  await test.store.pool.query(
    "UPDATE run SET ended_at = now() - interval '40 days' WHERE id = $1",
    [runId],
  );
  expect(await test.store.runs.deleteOld(30)).toEqual([runId]);
  expect(await test.artifacts.list(runId)).toEqual([]);
  // A crash may come between: what is left is found by the sweep.
  expect(await test.artifacts.sweep()).toBe(1);
  await expect(test.artifacts.read(kept?.id as string)).rejects.toMatchObject({
    code: "not_found",
  });
  expect(await readdir(test.artifactFolder)).not.toContain(runId);
});
