import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Log } from "@flotilla/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { endWhenSilent } from "./end-when-silent.ts";

const silent = () => undefined;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "flotilla-silent-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A child that does this, and what was logged of it. */
async function watched(program: string): Promise<{ child: ChildProcess; warnings: string[] }> {
  const file = join(folder, `${Math.random()}.mjs`);
  await writeFile(file, program);
  const warnings: string[] = [];
  const warn = (_fields: object, message: string) => void warnings.push(message);
  const log: Log = { debug: silent, info: silent, warn, error: silent };
  const child = fork(file, { execArgv: [] });
  endWhenSilent(child, log, 50);
  return { child, warnings };
}

test("a child that says nothing any more is killed", async () => {
  const { child, warnings } = await watched(`process.send("x"); setInterval(() => {}, 1_000);`);
  const [code, signal] = await once(child, "exit");
  expect([code, signal]).toEqual([null, "SIGKILL"]);
  expect(warnings).toHaveLength(1);
});

test("one that goes on talking, and one that has not begun, are left alone", async () => {
  const talks = await watched(
    `let n = 0; setInterval(() => (n++ < 60 ? process.send(n) : process.exit(7)), 30);`,
  );
  const [code] = await once(talks.child, "exit");
  expect(code).toBe(7);
  const quiet = await watched(`setTimeout(() => process.exit(7), 1_500);`);
  expect((await once(quiet.child, "exit"))[0]).toBe(7);
  expect([...talks.warnings, ...quiet.warnings]).toEqual([]);
});
