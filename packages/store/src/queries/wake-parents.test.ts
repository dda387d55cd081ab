import { newId, type EventData, type NewRun } from "@flotilla/core";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openTestStore, type TestStore } from "../../test/open-test-store.ts";
import { createRun } from "../../test/sample-run.ts";

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test.drop());

interface Family {
  parent: string;
  epoch: number;
  children: { id: string; epoch: number }[];
}

async function family(size: number): Promise<Family> {
  const { runs, teams } = test.store;
  const parent = await createRun(test.store);
  const { epoch = 0 } = (await runs.claim({ runId: parent, segment: 1, worker: "wrk_1" })) ?? {};
  const ids = Array.from({ length: size }, () => newId("run"));
  const created = ids.map((runId, number): NewRun => ({
    ...{ runId, agentId: "agt_1", agentName: "b", agentVersion: 1 },
    ...{ input: { text: "part" }, interactive: false },
    parent: {
      ...{ runId: parent, rootId: parent, depth: 1, callId: `c1-${number}` },
      rootAgent: { agentId: "agt_1", agentVersion: 1 },
    },
  }));
  await teams.createChildren({ runId: parent, epoch }, created);
  const children = [];
  for (const runId of ids) {
    const claimed = await runs.claim({ runId, segment: 1, worker: "wrk_1" });
    children.push({ id: runId, epoch: claimed?.epoch as number });
  }
  return { parent, epoch, children };
}

async function append(runId: string, epoch: number, ...events: EventData[]): Promise<void> {
  const seq = ((await test.store.journal.read(runId, 0, 100)).at(-1)?.seq ?? 0) + 1;
  await test.store.journal.append({ runId, epoch, seq, events });
}

const end = ({ id, epoch }: Family["children"][number]) =>
  append(id, epoch, { type: "run.completed", output: "x" });

const wait = ({ parent, epoch, children }: Family, any = false) =>
  append(parent, epoch, {
    type: "run.waiting",
    for: { kind: "children", runIds: children.map(({ id }) => id), ...(any && { any }) },
  });

/** Whether its next segment was made due, and how often. */
async function segmentOf(runId: string): Promise<number> {
  const { rows } = await test.store.pool.query<{ segment: number }>(
    "SELECT segment FROM run WHERE id = $1",
    [runId],
  );
  return rows[0]?.segment ?? 0;
}

it("makes a parent due once, in whatever order children end, it begins to wait, and news are taken", async () => {
  const orders = fc
    .integer({ min: 1, max: 4 })
    .chain((size) =>
      fc.tuple(
        fc.constant(size),
        fc.shuffledSubarray(
          ["wait", ...Array.from({ length: size }, (_, number) => number)] as const,
          { minLength: size + 1, maxLength: size + 1 },
        ),
        fc.array(fc.boolean(), { minLength: size + 1, maxLength: size + 1 }),
      ),
    );
  await fc.assert(
    fc.asyncProperty(orders, async ([size, order, looks]) => {
      const all = await family(size);
      for (const [place, one] of order.entries()) {
        if (one === "wait") await wait(all);
        else await end(all.children[one] as Family["children"][number]);
        const isLast = place === size;
        if (!isLast && looks[place]) {
          await test.store.teams.wakeParents();
          expect(await segmentOf(all.parent)).toBe(1);
        }
      }
      // Several workers look at the same time.
      await Promise.all([1, 2, 3].map(() => test.store.teams.wakeParents()));
      expect(await segmentOf(all.parent)).toBe(2);
      await test.store.teams.wakeParents();
      expect(await segmentOf(all.parent)).toBe(2);
    }),
    { numRuns: 25 },
  );
});

it("makes one that waits for any due when one has ended that it does not know of", async () => {
  const all = await family(3);
  const [first, second] = all.children;
  await end(first as Family["children"][number]);
  await test.store.teams.wakeParents();
  // It has ended, and been looked at, before the parent begins to wait.
  await wait(all, true);
  await test.store.teams.wakeParents();
  expect(await segmentOf(all.parent)).toBe(2);
  const claim = { runId: all.parent, segment: 2, worker: "wrk_1" };
  const { epoch = 0 } = (await test.store.runs.claim(claim)) ?? {};
  const [outcome] = await test.store.teams.outcomes(all.children.map(({ id }) => id));
  expect(outcome).toMatchObject({ childId: first?.id, status: "completed", output: "x" });
  const { childId, output, usage, costMicros, costIncomplete } = outcome as NonNullable<
    typeof outcome
  >;
  const known = { status: "completed" as const, callId: "c1-0" };
  await append(all.parent, epoch, {
    ...{ type: "child.ended", childId, output, usage, costMicros, costIncomplete },
    ...known,
  });
  await wait({ ...all, epoch }, true);
  await test.store.teams.wakeParents();
  expect(await segmentOf(all.parent)).toBe(2);
  await end(second as Family["children"][number]);
  await test.store.teams.wakeParents();
  expect(await segmentOf(all.parent)).toBe(3);
});
