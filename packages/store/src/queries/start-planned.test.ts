import { agentSpecSchema, newId, planStart, startTemplateSchema } from "@flotilla/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openTestStore, type TestStore } from "../../test/open-test-store.ts";
import { draftBatch } from "../../test/sample-batch.ts";

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test.drop());

async function planned(template: object, organisation = "default") {
  const spec = agentSpecSchema.parse({ name: "a", model: "p/m" });
  const agent = await test.store.agents.apply(spec, newId("agt"));
  return planStart(startTemplateSchema.parse({ agent: "a", ...template }), agent, {
    values: { trigger: { id: 7 } },
    name: "nightly",
    organisation,
    environment: "prod",
    newId: (prefix) => newId(prefix),
  });
}

async function startedBatch(template: object) {
  const start = await planned({ kind: "batch", ...template });
  if (start.kind !== "batch") throw new Error("not a batch");
  await test.store.startPlanned(start);
  const { id } = start.batch;
  const rows = await test.store.batches.rows(id, { afterRow: 0, limit: 10_000 });
  return { batch: await test.store.batches.get(id), rows };
}

it("a run is there with its first event", async () => {
  const start = await planned({ kind: "run", input: { text: "order {{trigger.id}}" } });
  if (start.kind !== "run") throw new Error("not a run");
  await test.store.startPlanned(start);
  const { runId } = start.run;
  expect(await test.store.runs.get(runId)).toMatchObject({ status: "pending", input: "order 7" });
  // The same start twice is one run.
  await test.store.startPlanned(start);
  expect(await test.store.journal.read(runId, 0, 10)).toHaveLength(1);
});

it("a batch runs, with its rows and the values of the start as columns", async () => {
  const { batch, rows } = await startedBatch({
    template: "{{q}} {{trigger.id}}",
    rows: [{ q: "a" }, { other: "b" }],
  });
  expect(batch).toMatchObject({ name: "nightly", status: "running", concurrency: 100 });
  expect(rows).toMatchObject([
    { row: 1, data: { q: "a", "trigger.id": 7 }, error: null },
    { row: 2, error: { code: "row_invalid", message: 'The row has no column "q".' } },
  ]);
});

it("a batch takes the rows of another, as they are now", async () => {
  const source = await draftBatch(test.store, { rows: 2_345, bad: [7] });
  const { rows } = await startedBatch({ template: "{{n}} {{trigger.id}}", rowsOf: source });
  expect(rows.map(({ row, line }) => [row, line])).toEqual(rows.map((_, i) => [i + 1, i + 2]));
  expect(rows).toHaveLength(2_345);
  expect(rows.filter(({ error }) => error)).toMatchObject([{ row: 7, data: { n: "7" } }]);
  expect(rows.at(-1)?.data).toEqual({ n: "2345", "trigger.id": 7 });
});

it("rows of nobody, or of somebody else, start nothing", async () => {
  const empty = await draftBatch(test.store);
  const full = await draftBatch(test.store, { rows: 1 });
  const template = { kind: "batch", template: "{{n}}" };
  const refused = {
    code: "invalid_request",
    message: expect.stringContaining("There are no rows"),
  };
  const nobody = await planned({ ...template, rowsOf: empty });
  await expect(test.store.startPlanned(nobody)).rejects.toMatchObject(refused);
  const foreign = await planned({ ...template, rowsOf: full }, "beta");
  await expect(test.store.startPlanned(foreign)).rejects.toMatchObject(refused);
  const { id } = (foreign as { batch: { id: string } }).batch;
  await expect(test.store.batches.get(id)).rejects.toMatchObject({ code: "not_found" });
});
