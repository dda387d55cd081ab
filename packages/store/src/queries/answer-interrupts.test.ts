import { fold, FlotillaError, type InterruptAnswer } from "@flotilla/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestStore, type TestStore } from "../../test/open-test-store.ts";
import { runIn } from "../../test/sample-run.ts";

let opened: TestStore;
beforeAll(async () => {
  opened = await openTestStore();
});
afterAll(() => opened.drop());

const redo: InterruptAnswer = { action: "redo" };
const give = () => ({ by: "ann", answer: redo });

const answer = (runId: string, interruptId: string, by = give) =>
  opened.store.interrupts.answer([{ runId, interruptId }], by);

async function due(): Promise<{ runId: string; segment: number }[]> {
  const found: { runId: string; segment: number }[] = [];
  await opened.store.runs.queueSingles(1_000, async (segments) => void found.push(...segments));
  return found.map(({ runId, segment }) => ({ runId, segment }));
}

describe("an answer", () => {
  it("to the last open interrupt, not to an earlier one, makes the run go on", async () => {
    const runId = await runIn(opened.store, "waiting");
    await due();
    expect(await answer(runId, "int_1")).toEqual([null]);
    expect(await due()).toEqual([]);
    expect(await answer(runId, "int_2")).toEqual([null]);
    expect(await due()).toEqual([{ runId, segment: 2 }]);
    const run = fold(await opened.store.journal.read(runId, 0, 100));
    expect(run).toMatchObject({ status: "waiting", interrupts: [] });
  });

  it("by several people at once counts once", async () => {
    const runId = await runIn(opened.store, "waiting");
    const all = await Promise.all(Array.from({ length: 5 }, () => answer(runId, "int_1")));
    const refused = all.flat().filter((one) => one !== null);
    expect(refused.map((one) => one.code)).toEqual(Array.from({ length: 4 }, () => "conflict"));
  });

  it("is refused for what was never asked, or is asked no more", async () => {
    const runId = await runIn(opened.store, "waiting");
    expect(await answer(runId, "int_3")).toMatchObject([{ code: "not_found" }]);
    await answer(runId, "int_1");
    expect(await answer(runId, "int_1")).toMatchObject([{ code: "conflict" }]);
    await opened.store.runs.cancel(runId, "ann");
    expect(await answer(runId, "int_2")).toMatchObject([{ code: "conflict" }]);
    expect(await answer("run_none", "int_1")).toMatchObject([{ code: "not_found" }]);
  });

  it("is refused once the time is over, unless that is why it is given", async () => {
    const runId = await runIn(opened.store, "waiting");
    await opened.store.pool.query(
      "UPDATE interrupt SET expires_at = now() - interval '1 s' WHERE run_id = $1",
      [runId],
    );
    expect(await answer(runId, "int_1")).toMatchObject([
      { code: "conflict", message: "Interrupt int_1 has expired." },
    ]);
    const expired = await opened.store.interrupts.expire(100, () => ({
      by: "system",
      answer: { action: "fail", reason: "too late" },
      expired: true,
    }));
    expect(expired).toBe(2);
    expect(await opened.store.interrupts.get({ runId, interruptId: "int_2" })).toMatchObject({
      state: "expired",
      action: "fail",
      endedBy: "system",
    });
    expect(await due()).toContainEqual({ runId, segment: 2 });
  });

  it("that is refused leaves no event behind, and keeps no other from its answer", async () => {
    const runId = await runIn(opened.store, "waiting");
    const before = await opened.store.journal.read(runId, 0, 100);
    const refs = ["int_1", "int_2"].map((interruptId) => ({ runId, interruptId }));
    const outcomes = await opened.store.interrupts.answer(refs, ({ interrupt }) => {
      if (interrupt.interruptId === "int_1") throw new FlotillaError("forbidden", "No.");
      return give();
    });
    expect(outcomes).toMatchObject([{ code: "forbidden" }, null]);
    const wrong = await opened.store.interrupts.answer(refs.slice(0, 1), () => ({
      by: "ann",
      answer: { action: "reply", value: "x" },
    }));
    expect(wrong).toMatchObject([{ code: "illegal_transition" }]);
    const after = await opened.store.journal.read(runId, 0, 100);
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after.slice(before.length)).toMatchObject([{ interruptId: "int_2" }]);
  });

  it("to many at once, each once, while others answer the same", async () => {
    const refs: { runId: string; interruptId: string }[] = [];
    for (let n = 0; n < 40; n++) {
      const runId = await runIn(opened.store, "waiting");
      refs.push({ runId, interruptId: "int_1" }, { runId, interruptId: "int_2" });
    }
    await due();
    const all = await Promise.all(
      [refs, refs.toReversed(), refs.toSorted(() => Math.random() - 0.5)].map((some) =>
        opened.store.interrupts.answer(some, give),
      ),
    );
    expect(all.flat().filter((one) => one === null)).toHaveLength(80);
    expect(all.flat().filter((one) => one?.code === "conflict")).toHaveLength(160);
    expect(await due()).toHaveLength(40);
  });

  it("can say what is allowed from now on", async () => {
    const runId = await runIn(opened.store, "waiting");
    const rule = { id: "trl_1", tool: "t", agent: null, runId, environment: null };
    await opened.store.interrupts.answer([{ runId, interruptId: "int_1" }], () => ({
      ...give(),
      rule,
    }));
    expect(await opened.store.toolRules.list()).toMatchObject([
      { ...rule, effect: "allow", by: "ann", interruptId: "int_1" },
    ]);
    expect((await opened.store.toolRules.of("default")).rules).toHaveLength(1);
    expect(await opened.store.toolPolicy.versions({ limit: 1 })).toMatchObject([
      { version: 1, added: 1, by: "ann" },
    ]);
    await opened.store.runs.cancel(runId, "ann");
    expect(await opened.store.toolRules.of("default")).toEqual({ version: 1, rules: [] });
  });
});

describe("what nobody answers", () => {
  it("is reminded of, again and again, and goes to others, once", async () => {
    const { pool, interrupts } = opened.store;
    const runId = await runIn(opened.store, "waiting");
    const ref = { runId, interruptId: "int_1" };
    await interrupts.assign(ref, "usr_ann");
    await pool.query(
      `INSERT INTO notification_channel (id, org_id, environment, name, kind, events, agents, roles, users, target, created_by)
       VALUES ('nch_1', 'default', 'prod', 'all', 'webhook',
         '{interrupt.reminded,interrupt.escalated}', '{}', '{}', '{}', '{}', 'ann')`,
    );
    await pool.query(
      `UPDATE interrupt SET remind_at = now() - interval '1 s', remind_seconds = 3600,
         escalate_at = now() - interval '1 s', escalate_to = 'admin'
       WHERE run_id = $1 AND id = 'int_1'`,
      [runId],
    );
    expect(await interrupts.remind(10)).toBe(1);
    expect(await interrupts.remind(10)).toBe(0);
    expect(await interrupts.escalate(10)).toBe(1);
    expect(await interrupts.escalate(10)).toBe(0);
    expect(await interrupts.get(ref)).toMatchObject({
      audience: { role: "admin" },
      assignee: null,
      escalatedAt: expect.any(String),
    });
    const { rows } = await pool.query(
      "SELECT event, audience_user, audience_role FROM notification WHERE run_id = $1 ORDER BY id",
      [runId],
    );
    expect(rows).toEqual([
      { event: "interrupt.reminded", audience_user: "usr_ann", audience_role: null },
      { event: "interrupt.escalated", audience_user: null, audience_role: "admin" },
    ]);
  });
});
