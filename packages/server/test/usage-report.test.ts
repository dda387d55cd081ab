import { newId, noUsage, type Event } from "@flotilla/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestServer, problemOf, send, type TestServer } from "./open-test-server.ts";

let server: TestServer;

/** A run of a user that made one call, and how it ended. */
async function play(
  user: string | undefined,
  agentName: string,
  costMicros: number | null,
  end: "completed" | "failed" = "completed",
): Promise<void> {
  const { store } = server;
  const runId = newId("run");
  const run = { runId, agentId: "agt_1", agentName, agentVersion: 1, input: { text: "q" } };
  await store.runs.create({ ...run, ...(user && { user }), interactive: false });
  const claimed = await store.runs.claim({ runId, segment: 1, worker: "wrk_1" });
  const usage = { ...noUsage, inputTokens: 10, outputTokens: 4 };
  const error = { code: "model_timeout", message: "m", class: "transient", remedy: "r" } as const;
  const last =
    end === "failed"
      ? ({ type: "run.failed", error } as const)
      : ({ type: "run.completed", output: "x" } as const);
  await store.journal.append({
    runId,
    epoch: claimed?.epoch ?? 0,
    seq: 2,
    events: [
      { type: "segment.started", segment: 1, epoch: 1, worker: "wrk_1", cause: "start" },
      last,
    ] as unknown as Event[],
    charges: [
      {
        ...{ model: "p/m", priced: "call", failed: false, estimated: false, usage },
        ...{ costMicros, savedMicros: 0 },
      },
    ],
  });
}

beforeAll(async () => {
  server = await openTestServer();
  await play("ann", "clerk", 5);
  await play("ann", "clerk", 6, "failed");
  await play("bob", "clerk", null);
  await play(undefined, "scribe", 2);
  await server.store.costs.rollUp();
  await play("bob", "scribe", 1);
});
afterAll(() => server.close());

describe("the usage report", () => {
  it("tells runs, failures, days, tokens and cost by user, most first", async () => {
    const { by, items, nextCursor } = await server.client.usage();
    expect([by, nextCursor]).toEqual(["user", null]);
    expect(items).toMatchObject([
      { key: "ann", runs: 2, completedRuns: 1, failedRuns: 1, costMicros: 11, inputTokens: 20 },
      { key: null, runs: 1, costMicros: 2, activeDays: 1 },
      { key: "bob", runs: 2, calls: 2, costMicros: 1, costIncomplete: true },
    ]);
    expect(items[0]?.lastRunAt).toMatch(/Z$/);
  });

  it("is told by agent and day, and narrowed", async () => {
    const agents = await server.client.usage({ by: "agent", user: "bob" });
    expect(agents.items).toMatchObject([
      { key: "scribe", runs: 1, costMicros: 1 },
      { key: "clerk", runs: 1, costMicros: 0 },
    ]);
    const days = await server.client.usage({ by: "day" });
    expect(days.items).toMatchObject([{ runs: 5, calls: 5, activeDays: 1 }]);
    expect((await server.client.usage({ to: "2020-01-01" })).items).toEqual([]);
    expect((await server.client.usage({ organisation: "nobody" })).items).toEqual([]);
  });

  it("comes in pages, each item once", async () => {
    const all = (await server.client.usage()).items;
    const seen: unknown[] = [];
    let cursor: string | undefined;
    do {
      const page = await server.client.usage({ limit: 1, ...(cursor !== undefined && { cursor }) });
      seen.push(...page.items);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(all);
  });

  it("refuses what cannot be asked for", async () => {
    const wrong = await problemOf(send(server.app, "GET", "/usage?by=colour&limit=0"));
    expect(wrong.errors?.map(({ path }) => path).toSorted()).toEqual(["by", "limit"]);
  });
});
