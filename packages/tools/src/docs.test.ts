import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openTools } from "./registry.ts";
import { callInNode, temporaryFolder } from "./test-context.ts";

const page = await readFile(new URL("../../../docs/tools.md", import.meta.url), "utf8");

test("the documented tool file loads and runs", async () => {
  const [, name, text] = /```ts tool=(\S+)\n(.*?)```/s.exec(page) ?? [];
  const folder = await temporaryFolder();
  await writeFile(join(folder, name ?? ""), text ?? "");
  const input = { text: "to be, or not " };
  expect(await callInNode([{ folder, name: "word_count", input }])).toEqual([
    { result: { words: 4 } },
  ]);
});

test("the documented table of built-ins is what they declare", async () => {
  const rows = page.matchAll(/^\| `(\w+)` +\|.*\| (\w+) +\| (\d+) s +\| (\d+) +\|$/gm);
  const documented = [...rows].map(([, name, recovery, seconds, tries]) => ({
    name,
    recovery,
    timeoutMs: Number(seconds) * 1000,
    maxAttempts: Number(tries),
  }));
  const declared = (await openTools()).list().map(({ name, recovery, timeoutMs, maxAttempts }) => ({
    name,
    recovery,
    timeoutMs,
    maxAttempts,
  }));
  expect(new Set(documented)).toEqual(new Set(declared));
});
