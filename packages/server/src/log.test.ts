import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { correlated, correlation } from "@flotilla/engine";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openLog } from "./log.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "flotilla-log-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let files = 0;
function open(levels = {}) {
  const file = join(folder, `${++files}.log`);
  const limits = { maxBytes: 2 ** 20, maxFiles: 1, maxAgeDays: 1, compress: false };
  const logs = openLog({ level: "info", levels, file: { file, ...limits }, base: { pid: 1 } });
  const read = async () => {
    await logs.close();
    const text = await readFile(file, "utf8");
    return text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  };
  return { logs, read };
}

test("a line has the ids of what it belongs to; what the caller says goes before them", async () => {
  const { logs, read } = open();
  const log = logs.of("engine");
  log.info({}, "outside");
  await correlated({ requestId: "req_1", traceId: "t", runId: "run_1", step: 2 }, async () => {
    await Promise.resolve();
    log.info({ runId: "run_2" }, "inside");
  });
  const [outside, inside] = await read();
  expect(outside).toMatchObject({ level: 30, component: "engine", pid: 1, msg: "outside" });
  expect(outside).not.toHaveProperty("requestId");
  expect(inside).toMatchObject({ requestId: "req_1", traceId: "t", runId: "run_2", step: 2 });
  expect(correlation()).toBeUndefined();
});

test("levels are those of the configuration until others are set, component by component", async () => {
  const { logs, read } = open({ models: "error" });
  const say = (message: string) => {
    logs.of("models").warn({}, `models ${message}`);
    logs.of("http").debug({}, `http ${message}`);
  };
  say("1");
  logs.setLevels({ http: "debug", models: "warn" });
  expect(logs.levels()).toMatchObject({ http: "debug", models: "warn", engine: "info" });
  say("2");
  logs.setLevels({});
  say("3");
  logs.of("http").warn({}, "end");
  expect((await read()).map(({ msg }) => msg)).toEqual(["models 2", "http 2", "end"]);
});

test("each line passes through the redactor, errors with their stacks too", async () => {
  const { logs, read } = open();
  logs.redactWith((text) => text.replaceAll("hunter2", "[redacted]"));
  logs.of("store").error({ err: new Error("no hunter2"), deep: { a: ["hunter2"] } }, "hunter2");
  const [line] = await read();
  expect(JSON.stringify(line)).not.toContain("hunter2");
  expect(line).toMatchObject({ msg: "[redacted]", deep: { a: ["[redacted]"] } });
});
