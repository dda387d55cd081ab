import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestEngine, type TestEngine } from "./platform.ts";

let engine: TestEngine;
beforeAll(async () => {
  engine = await openTestEngine([]);
});
afterAll(() => engine.close());

const call = (tool: string, input: object) => ({ calls: [{ tool, input }] });

/** What the calls of a run answered, in the workspace that its agent names. */
async function results(turns: object[], shared?: string): Promise<string[]> {
  const tools = ["files_write", "files_read", "files_list"];
  const workspace = shared === undefined ? {} : { workspace: { shared } };
  const runId = await engine.play([...turns, { text: "end" }], { tools, ...workspace });
  await engine.until(runId, "completed");
  const events = await engine.events(runId);
  return events.flatMap((event) =>
    event.type === "effect.done"
      ? [JSON.stringify(event.output)]
      : event.type === "effect.failed"
        ? [event.error.message]
        : [],
  );
}

test("runs whose agents name a workspace share its files; others have their own", async () => {
  const lines = Array.from({ length: 6 }, (_, index) => ({
    tool: "files_write",
    input: { path: "log", content: `line ${index}\n`, mode: "append" },
  }));
  await Promise.all([results([{ calls: lines }], "desk"), results([{ calls: lines }], "desk")]);
  const [read] = await results([call("files_read", { path: "log" })], "desk");
  expect(read?.match(/line \d/g)?.toSorted()).toEqual(
    Array.from({ length: 12 }, (_, index) => `line ${Math.floor(index / 2)}`),
  );
  const [elsewhere] = await results([call("files_read", { path: "log" })], "other");
  const [own] = await results([call("files_read", { path: "log" })]);
  for (const text of [elsewhere, own]) expect(text).toContain("does not exist");
});
