import { afterAll, beforeAll, expect, it } from "vitest";
import { openTestStore, type TestStore } from "../../test/open-test-store.ts";
import { mixedBatch } from "../../test/sample-batch.ts";

let test: TestStore;
beforeAll(async () => void (test = await openTestStore()));
afterAll(() => test.drop());

it("shows how results, costs, tokens and times lie, what failed, and when", async () => {
  const { id } = await mixedBatch(test.store);
  const { duration, cost, tokens, fields, failures, overTime } =
    await test.store.batches.analysis(id);
  expect(cost).toEqual({
    ...{ count: 2, min: 11, max: 11, mean: 11, median: 11, p95: 11 },
    bins: [{ from: 11, to: 11, count: 2 }],
  });
  expect(tokens).toMatchObject({ count: 2, median: 12 });
  expect(duration).toMatchObject({ count: 2 });
  expect(fields).toEqual([
    {
      ...{ name: "answer", count: 1, values: [], distinct: 0 },
      numbers: expect.objectContaining({ count: 1, median: 42 }),
    },
  ]);
  expect(failures.map(({ count, row, error }) => [count, row, error.code])).toEqual([
    [1, 2, "tool_failed"],
    [1, 3, "row_invalid"],
  ]);
  expect(overTime).toHaveLength(40);
  const sum = (name: "completed" | "failed") =>
    overTime.reduce((all, stretch) => all + stretch[name], 0);
  expect([sum("completed"), sum("failed")]).toEqual([1, 1]);
});

it("counts values of each kind, whatever the results are", async () => {
  const { id, runs } = await mixedBatch(test.store);
  const outputs = [
    ...[
      { mood: "good", score: 1 },
      { mood: "good", score: 3 },
      { mood: "bad", sure: true },
    ],
    ...["plain", "nul \0", "half \ud800", null, [1]],
  ];
  await test.store.pool.query(
    `INSERT INTO run (id, agent_id, agent_name, agent_version, batch_id, row_no, status, input, output)
     SELECT 'run_' || n || $1, 'agt_1', 'a', 1, $1, 100 + n, 'completed', 'q', output
     FROM unnest($2::json[]) WITH ORDINALITY AS o (output, n)`,
    [id, outputs.map((output) => JSON.stringify(output))],
  );
  expect(runs.length).toBeGreaterThan(0);
  const { fields } = await test.store.batches.analysis(id);
  expect(fields.map(({ name, count, distinct }) => [name, count, distinct])).toEqual([
    ["mood", 3, 2],
    ["output", 3, 1],
    ["score", 2, 0],
    ["answer", 1, 0],
    ["sure", 1, 1],
  ]);
  const [mood, output, score] = fields;
  expect(mood?.values).toEqual([
    { value: "good", count: 2 },
    { value: "bad", count: 1 },
  ]);
  expect(output?.values).toEqual([{ value: "plain", count: 1 }]);
  expect(score?.numbers?.bins).toHaveLength(20);
  expect(score?.numbers?.bins.at(0)).toEqual({ from: 1, to: 1.1, count: 1 });
  expect(score?.numbers?.bins.at(-1)).toMatchObject({ to: 3, count: 1 });
});

it("of a batch without rows is nothing", async () => {
  expect(await test.store.batches.analysis("bat_none")).toEqual({
    ...{ duration: null, cost: null, tokens: null, fields: [], failures: [], overTime: [] },
  });
});
