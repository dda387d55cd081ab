import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, inject, test } from "vitest";
import type { BenchResult } from "../src/result.ts";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const options = ["--only", "flotilla,floor", "--runs", "20", "--streams", "20", "--json"];

test("the bench measures the platform and the floor completely", { timeout: 300_000 }, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [main, ...options], {
    env: { ...process.env, DATABASE_URL: inject("postgresUrl") },
  });
  const result = JSON.parse(stdout) as BenchResult;
  expect(result.contenders.map(({ key }) => key)).toEqual(["flotilla", "floor"]);
  expect(result.bareStreams).toMatchObject({ streams: 20, medianMs: expect.any(Number) });
  for (const { key, runs, streams } of result.contenders) {
    const [figures] = runs;
    expect(figures).toMatchObject({ runs: 20 });
    // Five calls of 200 ms each cannot take less.
    expect(figures?.wallMs).toBeGreaterThanOrEqual(1_000);
    expect(figures?.workerCpuMs).toBeGreaterThan(0);
    expect(figures?.databaseBytes).toBeGreaterThan(0);
    expect(figures?.peakMemoryBytes).toBeGreaterThan(0);
    if (key === "flotilla") expect(figures?.serverCpuMs).toBeGreaterThan(0);
    expect(streams?.medianMs).toBeGreaterThan(0);
    expect(streams?.p95Ms).toBeGreaterThanOrEqual(streams!.medianMs);
  }
});
