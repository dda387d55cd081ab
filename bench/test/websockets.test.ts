import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, inject, test } from "vitest";
import type { WebsocketResult } from "../src/websockets/bench.ts";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const sizes = ["--idle", "20", "--active", "10", "--runs", "2", "--seconds", "1"];
const options = ["websockets", ...sizes, "--subscriptions", "1,2", "--json"];

test(
  "the bench of WebSockets counts messages and loses no connection",
  { timeout: 120_000 },
  async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [main, ...options], {
      env: { ...process.env, DATABASE_URL: inject("postgresUrl") },
    });
    const result = JSON.parse(stdout) as WebsocketResult;
    expect(result).toMatchObject({ idle: 20, active: 10, lost: 0 });
    expect(result.measured.map(({ subscriptions }) => subscriptions)).toEqual([1, 2]);
    for (const { messagesPerSecond, bytesPerMessage } of result.measured) {
      expect(messagesPerSecond).toBeGreaterThan(0);
      expect(bytesPerMessage).toBeGreaterThan(100);
    }
  },
);
