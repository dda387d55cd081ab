import fc from "fast-check";
import { expect, test } from "vitest";
import { environments } from "./caller.ts";
import { matchesGlob } from "./glob.ts";
import type { AskedCall } from "./asked-call.ts";
import { compileToolRules, withRule, type DecidingRule } from "./compile-tool-rules.ts";
import type { ToolConditions } from "./tool-condition.ts";
import { decideTool, traceTool } from "./tool-policy.ts";
import { toolEffects } from "./tool-rule.ts";

const call: AskedCall = {
  tool: "files_write",
  agent: "clerk",
  runId: "run_1",
  environment: "prod",
  input: {},
  risk: "write",
  reach: "own",
  labels: [],
  destinations: [],
  trustedText: "",
  role: null,
  at: 0,
  spentMicros: 0,
};
const general = { id: "trl_1", tool: "*", agent: null, runId: null, environment: null } as const;

async function decide(asked: AskedCall, rules: readonly DecidingRule[], approvals?: string[]) {
  return decideTool(asked, await compileToolRules({ version: 7, rules }), approvals);
}

const conditions: (ToolConditions | null)[] = [
  null,
  { args: [{ path: "$.path", under: "out" }] },
  { args: [{ path: "$.path", equals: "out/a" }], risk: ["write"] },
  { args: [{ path: "$.size", greaterThan: 10 }] },
  { risk: ["read"] },
  { roles: ["operator"] },
  { labels: { any: ["web"] } },
  { cost: { overUsd: 1 } },
];
const inputs = [{ path: "out/a" }, { path: "x" }, { path: 5, size: "11" }, { size: 11 }, {}];
const anyCall = fc
  .record({
    input: fc.constantFrom(...inputs),
    role: fc.constantFrom(null, "operator" as const, "viewer" as const),
    labels: fc.constantFrom([], ["web"]),
    spentMicros: fc.constantFrom(0, 2_000_000),
  })
  .map((change): AskedCall => ({ ...call, ...change }) as AskedCall);

const anyRule = fc.record({
  id: fc.uuid(),
  effect: fc.constantFrom(...toolEffects),
  tool: fc.constantFrom("*", "files_*", "files_write", "*write", "http_*"),
  agent: fc.constantFrom(null, "clerk", "other"),
  runId: fc.constantFrom(null, "run_1", "run_2"),
  environment: fc.constantFrom(null, ...environments),
  when: fc.constantFrom(...conditions),
  enabled: fc.constantFrom(true, true, true, false),
  interruptId: fc.constantFrom(null, null, "int_1"),
});
const anyRules = fc.array(anyRule, { maxLength: 8 });
const anyApprovals = fc.subarray(["*", "files_*", "files_write", "http_*"]);

test("without rules a call is made, unless its agent asks first", async () => {
  expect(await decide(call, [])).toMatchObject({ effect: "allow" });
  expect(await decide(call, [], ["files_*"])).toMatchObject({ effect: "ask" });
  expect(await decide(call, [], ["http_*"])).toMatchObject({ effect: "allow" });
});

test("a rule of the agent or run takes back what the agent asks, one of all does not", async () => {
  const decided = async (rule: Partial<DecidingRule>, effect: "allow" | "deny" = "allow") =>
    (await decide(call, [{ ...general, ...rule, effect }], ["files_write"])).effect;
  expect(await decided({ agent: "clerk" })).toBe("allow");
  expect(await decided({ runId: "run_1" })).toBe("allow");
  expect(await decided({ agent: "other" })).toBe("ask");
  expect(await decided({})).toBe("ask");
  expect(await decided({}, "deny")).toBe("deny");
});

test("the more specific rule decides; in a tie deny before ask before allow", async () => {
  const rules: DecidingRule[] = toolEffects.map((effect) => ({ ...general, id: effect, effect }));
  expect(await decide(call, rules)).toMatchObject({ effect: "deny", ruleId: "deny", version: 7 });
  const named = { ...general, id: "trl_2", tool: "files_write", effect: "ask" } as const;
  expect(await decide(call, [...rules, named])).toMatchObject({ ruleId: "trl_2" });
  const when: ToolConditions = { risk: ["write"] };
  const conditioned = { ...named, id: "trl_4", effect: "allow", when } as const;
  expect(await decide(call, [...rules, named, conditioned])).toMatchObject({ ruleId: "trl_4" });
  const ofRun = { ...general, id: "trl_3", runId: "run_1", effect: "allow" } as const;
  expect(await decide(call, [...rules, named, conditioned, ofRun])).toMatchObject({
    ruleId: "trl_3",
  });
});

test("what an approval allows for good takes back that people are asked, never a deny", async () => {
  const approved = {
    ...general,
    id: "a",
    runId: "run_1",
    effect: "allow",
    interruptId: "int",
  } as const;
  const ask = { ...general, id: "k", tool: "files_write", effect: "ask" } as const;
  const deny: DecidingRule = {
    ...general,
    id: "d",
    effect: "deny",
    when: { args: [{ path: "$.path", under: "x" }] },
  };
  expect(await decide(call, [ask, approved])).toMatchObject({ ruleId: "a" });
  const denied: DecidingRule[] = [approved, deny];
  expect(await decide({ ...call, input: { path: "x/y" } }, denied)).toMatchObject({ ruleId: "d" });
  expect(await decide({ ...call, input: { path: "y" } }, denied)).toMatchObject({ ruleId: "a" });
  const allowed: DecidingRule = { ...deny, id: "o", tool: "files_write", effect: "allow" };
  const all = [...denied, allowed];
  expect(await decide({ ...call, input: { path: "x/y" } }, all)).toMatchObject({ effect: "allow" });
});

test("the order of the rules changes nothing, nor do those that are about something else", async () => {
  await fc.assert(
    fc.asyncProperty(anyRules, anyCall, anyApprovals, async (rules, asked, approvals) => {
      const decided = await decide(asked, rules, approvals);
      expect(await decide(asked, rules.toReversed(), approvals)).toEqual(decided);
      const policy = await compileToolRules({ version: 7, rules });
      const trace = traceTool(asked, policy, decided);
      const holding = new Set(
        trace.filter(({ outcome }) => outcome !== "does_not_hold").map(({ ruleId }) => ruleId),
      );
      const fitting = rules.filter(({ id }) => holding.has(id));
      expect(await decide(asked, fitting, approvals)).toEqual(decided);
      if (decided.ruleId) expect(holding).toContain(decided.ruleId);
      if (holding.size === 0 && approvals.length === 0) expect(decided.ruleId).toBeUndefined();
      expect(fitting.every(({ tool }) => matchesGlob(tool, call.tool))).toBe(true);
    }),
  );
});

test("one more rule never overrules a more specific one, and what an agent asks never softens", async () => {
  await fc.assert(
    fc.asyncProperty(
      anyRules,
      anyRule,
      anyCall,
      anyApprovals,
      async (rules, rule, asked, approvals) => {
        const last = {
          ...rule,
          tool: call.tool,
          agent: null,
          runId: call.runId,
          interruptId: null,
        };
        const before = {
          ...last,
          id: "trl_0",
          environment: call.environment,
          when: null,
          enabled: true,
        };
        const plain = rules.map((one) => ({ ...one, interruptId: null }));
        expect((await decide(asked, [...plain, before])).effect).toBe(
          (await decide(asked, [...plain, before, { ...general, effect: rule.effect }])).effect,
        );
        const strictness = (effect: string) => ["allow", "ask", "deny"].indexOf(effect);
        const alone = (await decide(asked, rules)).effect;
        const asking = (await decide(asked, rules, approvals)).effect;
        expect(strictness(asking)).toBeGreaterThanOrEqual(strictness(alone));
      },
    ),
  );
});

test("rules with one more are what they are when it is among them", async () => {
  await fc.assert(
    fc.asyncProperty(anyRules, anyRule, anyCall, async (rules, { when: _when, ...more }, asked) => {
      const one = { ...more, enabled: true };
      const policy = await compileToolRules({ version: 7, rules });
      expect(decideTool(asked, withRule(policy, one))).toEqual(
        await decide(asked, [...rules, one]),
      );
    }),
  );
});

test("a rule that cannot be read allows nothing, and denies whatever it is about", async () => {
  const when: ToolConditions = { args: [{ path: "$.a[?@.b]", equals: 1 }] };
  const policy = await compileToolRules({
    version: 1,
    rules: [{ ...general, effect: "allow", when }],
  });
  expect(policy.problems).toMatchObject([{ ruleId: "trl_1", path: "args.0" }]);
  expect(decideTool(call, policy).ruleId).toBeUndefined();
  expect(await decide(call, [{ ...general, effect: "deny", when }])).toMatchObject({
    effect: "deny",
  });
});

test("a decision among a thousand rules about other tools and runs looks at none of them", async () => {
  const rules = Array.from({ length: 1_000 }, (_, at): DecidingRule => {
    const runId = at % 2 ? `run_x${at}` : null;
    return {
      ...general,
      id: `trl_${at}`,
      runId,
      tool: runId ? "*" : `other_${at}`,
      effect: "deny",
    };
  });
  const policy = await compileToolRules({ version: 1, rules });
  expect(policy.about(call.tool, call.runId)).toEqual([]);
  expect(policy.about(call.tool, call.runId)).toBe(policy.about(call.tool, call.runId));
});
