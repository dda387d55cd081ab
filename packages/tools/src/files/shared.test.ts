import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { openTools } from "../registry.ts";
import { temporaryFolder, testContext } from "../test-context.ts";

const program = `
  import { openTools } from ${JSON.stringify(new URL("../registry.ts", import.meta.url).href)};
  const [root, lock, name, count, bytes] = process.argv.slice(1);
  const port = await openTools({ settings: { workspaceBytes: Number(bytes) } });
  let done = 0;
  for (let index = 0; index < Number(count); index++) {
    const context = {
      runId: name, callId: "c" + index, idempotencyKey: name + index, attempt: 1, labels: [],
      signal: new AbortController().signal, workspace: async () => root, workspaceLock: lock,
      label: () => undefined, fileLabels: { of: async () => [], all: async () => new Map(), keep: async () => undefined },
    };
    const input = { path: "log", content: name + index + " ".repeat(20) + "\\n", mode: "append" };
    done += await port.call("files_write", input, context).then(() => 1, () => 0);
  }
  console.log(done);
  port.close();
`;

/** A process that appends to the log of a workspace, each line by a call of its own; how many it could. */
async function append(root: string, name: string, count: number, bytes: number): Promise<number> {
  const lock = join(dirname(root), "lock");
  const args = ["--input-type=module", "--eval", program, root, lock, name];
  const run = promisify(execFile)(process.execPath, [...args, String(count), String(bytes)]);
  return Number((await run).stdout);
}

test("processes that change a shared workspace at once lose nothing", async () => {
  const root = await temporaryFolder();
  const names = ["ann", "bob", "cyd"];
  const done = await Promise.all(names.map((name) => append(root, name, 25, 1_000_000)));
  expect(done).toEqual([25, 25, 25]);
  const lines = (await readFile(join(root, "log"), "utf8")).trim().split(/\s*\n/);
  const expected = names.flatMap((name) => Array.from({ length: 25 }, (_, at) => `${name}${at}`));
  expect(lines.toSorted()).toEqual(expected.toSorted());
});

test("processes do not pass the quota together", async () => {
  const root = await temporaryFolder();
  const quota = 9_000;
  const done = await Promise.all(["ann", "bob"].map((name) => append(root, name, 20, quota)));
  const size = (await readFile(join(root, "log"))).length;
  expect(done[0]! + done[1]!).toBeLessThan(40);
  expect(done[0]! + done[1]!).toBeGreaterThan(0);
  expect(size).toBeLessThanOrEqual(quota);
});

test("a process that ends while it holds the lock leaves it to others", async () => {
  const root = await temporaryFolder();
  const workspaceLock = join(dirname(root), "lock");
  const holder = spawn(
    process.execPath,
    [
      "--input-type=module",
      "--eval",
      `const { DatabaseSync } = await import("node:sqlite");
       new DatabaseSync(process.argv[1]).exec("BEGIN EXCLUSIVE");
       console.log("held");
       setInterval(() => undefined, 1000);`,
      workspaceLock,
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  await once(holder.stdout, "data");
  await writeFile(join(root, "a"), "1");
  const port = await openTools();
  const context = testContext({ workspace: async () => root, workspaceLock });
  let isDone = false;
  const edit = port
    .call("files_edit", { path: "a", find: "1", replace: "2" }, context)
    .finally(() => (isDone = true));
  // Reading waits for nobody.
  expect(await port.call("files_read", { path: "a" }, context)).toMatchObject({ content: "1" });
  expect(isDone).toBe(false);
  holder.kill("SIGKILL");
  expect(await edit).toMatchObject({ replaced: 1 });
});
