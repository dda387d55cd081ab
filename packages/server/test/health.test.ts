import { newId, type ComponentHealth } from "@flotilla/core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openAccess } from "../src/access/access.ts";
import { openHealthSampler } from "../src/health/health-sampler.ts";
import { followLevels } from "../src/log/follow-levels.ts";
import { openTestServer, problemOf, send, type TestServer } from "./open-test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

const hourMs = 3_600_000;
const anHour = Math.floor(Date.now() / hourMs) * hourMs - 2 * hourMs;

const sample = (over: Partial<ComponentHealth> = {}): ComponentHealth => ({
  component: "database",
  state: "ok",
  reason: null,
  remedy: null,
  figures: { latencyMs: 2 },
  at: new Date(anHour).toISOString(),
  ...over,
});

describe("the components", () => {
  it("are looked at, with what is wrong and what to do", async () => {
    const { state, items } = await server.client.health.components();
    const of = (name: string) => items.find(({ component }) => component === name);
    expect(of("database")).toMatchObject({ state: "ok", reason: null });
    expect(of("database")?.figures["maxConnections"]).toBeGreaterThan(10);
    expect(of("disk:home")?.figures["freeBytes"]).toBeGreaterThan(0);
    expect(of("memory")?.figures["rssBytes"]).toBeGreaterThan(1e7);
    expect(of("workers")).toMatchObject({
      state: "down",
      remedy: expect.stringContaining("flotilla worker"),
    });
    expect(state).toBe("down");
    const { workers } = server.store;
    const id = newId("wrk");
    await workers.register({ id, host: "h", pid: 1 });
    await workers.heartbeat({ id, activeRuns: 2, memoryBytes: 1, loopDelayMs: 900 });
    const found = await server.store.health.workers(6_000);
    expect(found).toMatchObject({ alive: 1, silent: 0, activeRuns: 2, loopDelayMs: 900 });
    await workers.leave(id);
  });

  it("are kept by one server at a time, and an outage of the database too", async () => {
    const { store, clock, logger } = server;
    await store.pool.query("DELETE FROM health_sample; DELETE FROM health_turn");
    let isAway = true;
    const ask = <T>(work: () => Promise<T>) =>
      isAway ? Promise.reject(new Error("away")) : work();
    const health = {
      ...store.health,
      takeTurn: (ms: number) => ask(() => store.health.takeTurn(ms)),
      ping: () => ask(() => store.health.ping()),
    };
    const parts = { clock, log: logger, folders: {} };
    const away = openHealthSampler({ ...parts, store: { health, targets: store.targets } });
    await expect.poll(() => away.looks()).toBe(1);
    isAway = false;
    const others = [1, 2].map(() => openHealthSampler({ ...parts, store }));
    await expect.poll(async () => (await store.health.current()).length).toBeGreaterThan(2);
    await Promise.all(others.map((other) => other.stop()));
    await away.look();
    await away.stop();
    const samples = await store.health.samples({ component: "database", limit: 10, offset: 0 });
    expect(samples.map(({ state }) => state).toSorted()).toEqual(["down", "ok"]);
  });

  it("are told soon when the database does not answer at all", async () => {
    const never = () => new Promise<never>(() => undefined);
    const health = { ...server.store.health, ping: never, current: never, takeTurn: never };
    const parts = { clock: server.clock, log: server.logger, folders: {} };
    const store = { health, targets: server.store.targets };
    const sampler = openHealthSampler({ ...parts, store });
    const found = await sampler.current();
    expect(found).toMatchObject([
      { component: "database", state: "down" },
      { component: "memory" },
    ]);
    await sampler.stop();
  }, 30_000);

  it("are in the metrics, and more of them in /readyz for who may see it", async () => {
    const metrics = await (await server.app.request("/metrics")).text();
    expect(metrics).toContain('flotilla_component_state{component="workers"} 2');
    expect(metrics).toMatch(/flotilla_component_figure\{component="memory",figure="rssBytes"\} \d/);
    const names = async (app: TestServer["app"]) => {
      const { checks } = (await (await app.request("/readyz")).json()) as {
        checks: { name: string }[];
      };
      return checks.map(({ name }) => name);
    };
    expect(await names(server.app)).toEqual(
      expect.arrayContaining(["database", "workers", "memory"]),
    );
    const access = { ...openAccess(), identify: () => Promise.reject(new Error("nobody")) };
    expect(await names(server.appWith({ access }))).toEqual(["database"]);
  });
});

describe("the history", () => {
  beforeEach(() => server.store.pool.query("DELETE FROM health_sample; DELETE FROM health_hour"));

  it("is added up by the hour, and kept as long as it is to be", async () => {
    const at = (ms: number) => new Date(anHour + ms).toISOString();
    await server.store.health.keep([
      sample({ at: at(0), figures: { latencyMs: 2 } }),
      sample({ at: at(10_000), figures: { latencyMs: 4 } }),
      sample({ at: at(20_000), state: "down", reason: "it does not answer", figures: {} }),
      sample({ at: at(-30 * hourMs), state: "degraded", reason: "slow" }),
      sample({ at: new Date().toISOString() }),
    ]);
    const keep = { samplesHours: 24, hoursDays: 90 };
    await server.store.health.rollUp(keep);
    await server.store.health.rollUp(keep);
    const { items } = await server.client.health.history({});
    expect(items).toMatchObject([
      { hour: at(0), ok: 2, degraded: 0, down: 1, reason: "it does not answer" },
      { hour: at(-30 * hourMs), ok: 0, degraded: 1, figures: { latencyMs: 2 } },
    ]);
    expect(items[0]?.figures).toEqual({ latencyMs: 3 });
    const samples = await server.client.health.history({ by: "sample" });
    expect(samples.items).toHaveLength(4);
    await server.store.health.rollUp({ samplesHours: 24, hoursDays: 1 });
    expect((await server.client.health.history({})).items).toHaveLength(1);
  });

  it("comes in pages, each sample once, also those of one time", async () => {
    const times = [0, 0, 0, 10_000, 10_000, 20_000];
    await server.store.health.keep(
      times.map((ms, n) => sample({ component: `c${n}`, at: new Date(anHour + ms).toISOString() })),
    );
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await server.client.health.history({
        ...{ by: "sample", limit: 2 },
        ...(cursor !== undefined && { cursor }),
      });
      seen.push(...page.items.map(({ component }) => component));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(["c5", "c3", "c4", "c0", "c1", "c2"]);
    const one = await server.client.health.history({ by: "sample", component: "c4" });
    expect(one.items).toHaveLength(1);
  });
});

describe("levels of the log", () => {
  it("are set for all processes while they run, and taken back", async () => {
    const { client, store, logger } = server;
    const set: object[] = [];
    const end = await followLevels(store, { setLevels: (levels) => set.push(levels) }, logger);
    expect(set).toEqual([{}]);
    await client.logLevels.set({ component: "engine", level: "debug" });
    await expect.poll(() => set.at(-1)).toEqual({ engine: "debug" });
    const { items } = await client.logLevels.get();
    expect(items.find(({ component }) => component === "engine")).toMatchObject({
      level: "debug",
      setBy: "person",
    });
    await client.logLevels.set({ component: "engine", level: null });
    await expect.poll(() => set.at(-1)).toEqual({});
    end();
    expect((await client.logLevels.get()).items.every(({ setBy }) => setBy === null)).toBe(true);
  });

  it("of what does not exist are refused", async () => {
    const wrong = await problemOf(
      send(server.app, "PUT", "/log-level", { component: "kitchen", level: "loud" }),
    );
    expect(wrong.errors?.map(({ path }) => path)).toEqual(["component", "level"]);
  });
});
