import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { migrate, openPool } from "@flotilla/store";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createDatabase, type TestDatabase } from "../../store/test/database.ts";

const entry = fileURLToPath(new URL("./worker-child.ts", import.meta.url));
let folder: string;
const databases: TestDatabase[] = [];
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "flotilla-launch-"))));
afterAll(async () => {
  for (const database of databases) await database.drop();
  await rm(folder, { recursive: true, force: true });
});

async function freshDatabase(): Promise<string> {
  const database = await createDatabase();
  databases.push(database);
  const pool = openPool({ url: database.url, name: "test", onError: () => undefined });
  await migrate(pool);
  await pool.end();
  return database.url;
}

/** Starts a worker; resolves to what became of it first. */
async function launch(url: string): Promise<string> {
  const stdio = ["ignore", "ignore", "pipe", "ipc"] as const;
  const worker = fork(entry, [url, join(folder, "ledger"), folder], {
    execArgv: [],
    stdio: [...stdio],
  });
  let said = "";
  worker.stderr?.on("data", (text: Buffer) => (said += text.toString()));
  const exit = once(worker, "exit");
  const opened = once(worker, "message").then(() => "opened");
  const end = await Promise.race([opened, exit.then(() => `died: ${said}`)]);
  worker.kill("SIGKILL");
  await exit;
  return end;
}

it("workers that start at the same moment on an empty database all come up", async () => {
  for (let round = 0; round < 2; round++) {
    const url = await freshDatabase();
    const ends = await Promise.all([launch(url), launch(url), launch(url)]);
    expect(ends).toEqual(["opened", "opened", "opened"]);
  }
}, 90_000);
