import fc from "fast-check";
import { expect, test } from "vitest";
import { environments } from "./caller.ts";
import { matchesGlob } from "./glob.ts";
import type { AskedCall } from "./asked-call.ts";
import { decideTool } from "./tool-policy.ts";
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

const anyRule = fc.record({
  id: fc.uuid(),
  effect: fc.constantFrom(...toolEffects),
  tool: fc.constantFrom("*", "files_*", "files_write", "*write", "http_*"),
  agent: fc.constantFrom(null, "clerk", "other"),
  runId: fc.constantFrom(null, "run_1", "run_2"),
  environment: fc.constantFrom(null, ...environments),
});
const anyRules = fc.array(anyRule, { maxLength: 8 });
const anyApprovals = fc.subarray(["*", "files_*", "files_write", "http_*"]);

test("without rules a call is made, unless its agent asks first", () => {
  expect(decideTool(call, [])).toMatchObject({ effect: "allow" });
  expect(decideTool(call, [], ["files_*"])).toMatchObject({ effect: "ask" });
  expect(decideTool(call, [], ["http_*"])).toMatchObject({ effect: "allow" });
});

test("a rule of the agent or run takes back what the agent asks, one of all does not", () => {
  const decided = (rule: Partial<typeof general>, effect: "allow" | "deny" = "allow") =>
    decideTool(call, [{ ...general, ...rule, effect }], ["files_write"]).effect;
  expect(decided({ agent: "clerk" } as object)).toBe("allow");
  expect(decided({ runId: "run_1" } as object)).toBe("allow");
  expect(decided({ agent: "other" } as object)).toBe("ask");
  expect(decided({})).toBe("ask");
  expect(decided({}, "deny")).toBe("deny");
});

test("the more specific rule decides; in a tie deny before ask before allow", () => {
  const rules = toolEffects.map((effect) => ({ ...general, id: effect, effect }));
  expect(decideTool(call, rules)).toMatchObject({ effect: "deny", ruleId: "deny" });
  const named = { ...general, id: "trl_2", tool: "files_write", effect: "ask" } as const;
  expect(decideTool(call, [...rules, named])).toMatchObject({ ruleId: "trl_2" });
  const ofRun = { ...general, id: "trl_3", runId: "run_1", effect: "allow" } as const;
  expect(decideTool(call, [...rules, named, ofRun])).toMatchObject({ ruleId: "trl_3" });
});

test("the order of the rules changes nothing, nor do those that are about something else", () => {
  fc.assert(
    fc.property(anyRules, anyApprovals, (rules, approvals) => {
      const decided = decideTool(call, rules, approvals);
      expect(decideTool(call, rules.toReversed(), approvals)).toEqual(decided);
      const fitting = rules.filter(
        ({ tool, agent, runId, environment }) =>
          matchesGlob(tool, call.tool) &&
          [null, call.agent].includes(agent) &&
          [null, call.runId].includes(runId) &&
          (environment === null || environment === call.environment),
      );
      expect(decideTool(call, fitting, approvals)).toEqual(decided);
      if (fitting.length === 0 && approvals.length === 0) expect(decided.effect).toBe("allow");
      if (decided.ruleId) expect(fitting.map(({ id }) => id)).toContain(decided.ruleId);
    }),
  );
});

test("one more rule never overrules a more specific one, and what an agent asks never softens", () => {
  fc.assert(
    fc.property(anyRules, anyRule, anyApprovals, (rules, rule, approvals) => {
      const last = { ...rule, tool: call.tool, agent: null, runId: call.runId, environment: null };
      const before = { ...last, id: "trl_0", environment: call.environment };
      expect(decideTool(call, [...rules, before]).effect).toBe(
        decideTool(call, [...rules, before, { ...general, effect: rule.effect }]).effect,
      );
      const strictness = (effect: string) => ["allow", "ask", "deny"].indexOf(effect);
      const alone = decideTool(call, rules).effect;
      const asking = decideTool(call, rules, approvals).effect;
      expect(strictness(asking)).toBeGreaterThanOrEqual(strictness(alone));
    }),
  );
});
