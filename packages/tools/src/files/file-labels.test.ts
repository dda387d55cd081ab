import type { Label } from "@flotilla/core";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openTools } from "../registry.ts";
import { temporaryFolder, testContext } from "../test-context.ts";

/** Tools of a run that has read what is labelled so. */
async function desk() {
  const root = await temporaryFolder();
  const port = await openTools();
  const kept = new Map<string, readonly Label[]>();
  const call = async (name: string, input: object, labels: Label[] = []) => {
    const found = new Set<Label>();
    const context = testContext({
      workspace: async () => root,
      labels,
      label: (...more) => more.forEach((label) => found.add(label)),
      fileLabels: {
        of: async (path) => kept.get(path) as Label[] | undefined,
        all: async () => new Map(),
        keep: async (paths, of) =>
          paths.forEach((path) => (of === null ? kept.delete(path) : kept.set(path, of))),
      },
    });
    await port.call(`files_${name}`, input as { path: string }, context);
    return [...found].toSorted();
  };
  return { root, kept, call };
}

const patchOf = (from: string, to: string) => `--- a/${from}\n+++ b/${to}\n@@ -1 +1,2 @@\n x\n+y\n`;

test("what a run has read stays with the files that it writes, and comes back with them", async () => {
  const { kept, call } = await desk();
  await call("write", { path: "./web//a", content: "x\n" }, ["web"]);
  expect(kept).toEqual(new Map([["web/a", ["web"]]]));
  expect(await call("read", { path: "web/a" })).toEqual(["web"]);
  await call("write", { path: "own", content: "x\n" });
  expect(await call("read", { path: "own" })).toEqual([]);
  expect(await call("search", { text: "x" })).toEqual(["web"]);
  await call("edit", { path: "web/a", find: "x", replace: "x " }, ["mail"]);
  expect(kept.get("web/a")).toEqual(["mail", "web"]);
  await call("write", { path: "own", content: "z\n", mode: "append" }, ["mcp"]);
  expect(kept.get("own")).toEqual(["mcp"]);
  await call("patch", { patch: patchOf("web/a", "b") });
  expect(kept.get("b")).toEqual(["mail", "web"]);
  await call("copy", { from: "b", to: "web/c" });
  await call("move", { from: "web", to: "moved" });
  expect(kept.get("moved/c")).toEqual(["mail", "web"]);
  await call("write", { path: "b", content: "anew" });
  expect(await call("read", { path: "b" })).toEqual([]);
  await call("delete", { path: "b" });
  expect(kept.has("b")).toBe(false);
});

test("a file that nobody knows may be from anywhere", async () => {
  const { root, call } = await desk();
  await writeFile(join(root, "found"), "x\n");
  expect(await call("read", { path: "found" })).toEqual(["document", "private"]);
  await call("write", { path: "found", content: "y\n", mode: "append" });
  expect(await call("search", { text: "x" })).toEqual(["document", "private"]);
});
