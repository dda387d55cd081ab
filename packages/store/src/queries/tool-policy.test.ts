import {
  newId,
  planPolicy,
  planRestore,
  policySpecSchema,
  type NewToolRule,
  type PolicyExample,
} from "@flotilla/core";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { openTestStore, type TestStore } from "../../test/open-test-store.ts";
import { bringTo, createRun } from "../../test/sample-run.ts";
import type { TenantQueries } from "../tenant-queries.ts";

let opened: TestStore;
let policy: TenantQueries["toolPolicy"];
let organisation: string;
let made = 0;
beforeAll(async () => {
  opened = await openTestStore();
});
afterAll(() => opened.drop());
beforeEach(async () => {
  organisation = `org-${made++}`;
  await opened.store.organisations.create({ id: organisation, name: "Test" }, "usr_ann");
  policy = opened.store.tenant({ organisation, environment: "prod" }).toolPolicy;
});

/** Rules are listed in the order of their ids. */
const rule = (effect: NewToolRule["effect"], tool: string, more: Partial<NewToolRule> = {}) => ({
  ...{
    id: newId("trl", Date.now() + made++),
    effect,
    tool,
    agent: null,
    runId: null,
    environment: null,
  },
  ...{ interruptId: null, ...more },
});
const said = { by: "ann", note: "because" };
const example: PolicyExample = {
  call: { tool: "pay", input: {}, environment: "prod", labels: [], trustedText: "", spentUsd: 0 },
  expect: "deny",
};

it("each change is a version, and every version can be read again", async () => {
  expect(await policy.read()).toEqual({ version: 0, rules: [], examples: [] });
  const [a, b] = [rule("ask", "files_*"), rule("deny", "pay", { note: "Never.", enabled: false })];
  expect(await policy.change({ ...said, begun: [a, b], ended: [], examples: [example] })).toBe(1);
  const changed = { ...a, when: { risk: ["write" as const] } };
  expect(await policy.change({ ...said, begun: [changed], ended: [a.id] })).toBe(2);
  expect(await policy.change({ ...said, begun: [], ended: [b.id], examples: [] })).toBe(3);
  const texts = async (version?: number) =>
    (await policy.read(version)).rules.map(({ effect, tool, when, enabled }) =>
      JSON.stringify([effect, tool, when, enabled]),
    );
  expect(await texts(1)).toEqual(['["ask","files_*",null,true]', '["deny","pay",null,false]']);
  expect(await texts(2)).toEqual([
    '["ask","files_*",{"risk":["write"]},true]',
    '["deny","pay",null,false]',
  ]);
  expect(await texts()).toEqual(['["ask","files_*",{"risk":["write"]},true]']);
  expect((await policy.read(2)).examples).toEqual([example]);
  expect((await policy.read()).examples).toEqual([]);
  await expect(policy.read(4)).rejects.toMatchObject({ code: "not_found" });
  const diff = await policy.diff({ from: 1, to: 3 });
  expect(diff).toMatchObject({
    added: [],
    changed: [{ before: { when: null }, after: { when: { risk: ["write"] } } }],
    removed: [{ id: b.id, note: "Never." }],
    examplesRemoved: [example],
  });
  expect(await policy.versions({ limit: 2 })).toMatchObject([
    { version: 3, removed: 1, by: "ann", note: "because" },
    { version: 2, changed: 1, added: 0, removed: 0 },
  ]);
  expect(await policy.versions({ before: 2, limit: 5 })).toMatchObject([{ version: 1, added: 2 }]);
});

it("a change made for another version, or of a rule that is gone, changes nothing", async () => {
  const one = rule("deny", "pay");
  await policy.change({ ...said, begun: [one], ended: [], expected: 0 });
  const stale = policy.change({ ...said, begun: [rule("ask", "x")], ended: [], expected: 0 });
  await expect(stale).rejects.toMatchObject({ code: "conflict" });
  const gone = policy.change({ ...said, begun: [], ended: [newId("trl")] });
  await expect(gone).rejects.toMatchObject({ code: "conflict" });
  expect(await policy.read()).toMatchObject({ version: 1, rules: [{ id: one.id }] });
});

it("changes of many at once are versions in a row, and of one expectation one wins", async () => {
  const many = Array.from({ length: 8 }, (_, at) =>
    policy.change({ ...said, begun: [rule("ask", `t${at}`)], ended: [] }),
  );
  expect((await Promise.all(many)).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  const racing = Array.from({ length: 5 }, () =>
    policy.change({ ...said, begun: [rule("ask", "race")], ended: [], expected: 8 }),
  );
  const won = (await Promise.allSettled(racing)).filter(({ status }) => status === "fulfilled");
  expect(won).toHaveLength(1);
  expect((await policy.read()).rules).toHaveLength(9);
});

it("workers read what is in force alone, with its version", async () => {
  const { store } = opened;
  expect(await store.toolRules.of(organisation)).toEqual({ version: 0, rules: [] });
  const [runId, ended] = [
    await createRun(store, { organisation }),
    await createRun(store, { organisation }),
  ];
  await bringTo(store, ended, "completed");
  const live = [rule("ask", "a"), rule("allow", "b", { runId })];
  const dead = [rule("deny", "c", { enabled: false }), rule("allow", "d", { runId: ended })];
  const gone = rule("deny", "e");
  await policy.change({ ...said, begun: [...live, ...dead, gone], ended: [] });
  await policy.change({ ...said, begun: [], ended: [gone.id] });
  const { version, rules } = await store.toolRules.of(organisation);
  expect(version).toBe(2);
  expect(rules.map(({ tool }) => tool)).toEqual(["a", "b"]);
  expect((await policy.read()).rules.map(({ tool }) => tool)).toEqual(["a", "c"]);
});

it("a file is the difference from what there is; going back is a version too", async () => {
  const [a, b] = [rule("ask", "a"), rule("deny", "b")];
  await policy.change({ ...said, begun: [a, b], ended: [] });
  const file = policySpecSchema.parse({
    rules: [
      { effect: "ask", tool: "a" },
      { id: b.id, effect: "deny", tool: "b", note: "now with a note" },
      { effect: "allow", tool: "c" },
    ],
  });
  const plan = planPolicy((await policy.read()).rules, file.rules, () => newId("trl"));
  expect(plan.ended).toEqual([b.id]);
  expect(plan.begun.map(({ tool }) => tool)).toEqual(["b", "c"]);
  await policy.change({ ...said, ...plan });
  const again = planPolicy((await policy.read()).rules, file.rules, () => newId("trl"));
  expect(again).toEqual({ begun: [], ended: [] });
  const back = planRestore((await policy.read()).rules, (await policy.read(1)).rules);
  expect(await policy.change({ ...said, ...back })).toBe(3);
  const rules = async (version: number) =>
    (await policy.read(version)).rules.map(({ id, note }) => [id, note]);
  expect(await rules(3)).toEqual(await rules(1));
});
