import type { CallSketch, PolicySpec } from "@flotilla/core";
import type { Claim, Proof } from "../claim.ts";
import { eventually } from "../eventually.ts";
import { changingClocks, policyCases, type PolicyCase } from "./policy-cases.ts";
import { PolicyStage, type Outcome } from "./policy-stage.ts";

/**
 * What a rule set says would become of a call is what becomes of it: a table of calls, evasions among them, is asked about
 * in a dry run and then made by real runs, as people of several roles, in all environments, having read what they had
 * read. The same rule decides both, and the tool notes outside whose calls were made. Then the set is changed and changed back.
 */
export const policy: Claim = {
  name: "policy",
  async prove(proof) {
    const stage = await PolicyStage.open(proof);
    const all = policyCases(new Date());
    // Each group is in either half.
    const cases = proof.scale.name === "full" ? all : all.filter((_one, at) => at % 2 === 0);
    const set = ruleSet(cases);
    const applied = await stage.flotilla(["policy", "apply", "--json"], set);
    proof.holds(applied.code === 0, `applying the rules says ${applied.stderr}`);
    proof.tell("asking and playing every case");
    const outcomes = await played(proof, stage, cases);
    await actedAsAllowed(proof, stage, outcomes);
    proof.tell("around changes of clocks");
    await clocksChange(proof, stage);
    proof.tell("previewing");
    await previewed(proof, stage, set, outcomes);
    proof.tell("breaking an example");
    await guarded(proof, stage, set);
    proof.tell("changing the rules, and going back");
    await goneBack(proof, stage, set, cases);
  },
};

const agentOf = (at: number) => `case-${at}`;

function ruleSet(cases: readonly PolicyCase[]): Pick<PolicySpec, "rules"> & { examples: object[] } {
  const rules = cases.flatMap((one, at) =>
    one.rules.map(({ tool = "act", environment = null, when = null, effect }) => ({
      ...{ effect, tool, agent: agentOf(at), environment, when },
      ...{ note: null, enabled: true },
    })),
  );
  const guard = cases[0];
  const call = { tool: "act", agent: agentOf(0), input: guard?.input };
  return { rules, examples: [{ name: "the first case", call, expect: guard?.expect }] };
}

function sketchOf(one: PolicyCase, agent: string, spentUsd: number) {
  const { input, environment = "prod", role = "owner", labels = [] } = one;
  return {
    tool: "act",
    agent,
    input,
    environment,
    role,
    labels,
    spentUsd,
  } satisfies Partial<CallSketch>;
}

/** Every case in a dry run and in a real one. */
async function played(proof: Proof, stage: PolicyStage, cases: readonly PolicyCase[]) {
  const client = stage.client();
  let differences = 0;
  let rulesTold = 0;
  const outcomes = await Promise.all(cases.map((one, at) => stage.play(agentOf(at), one)));
  for (const [at, one] of cases.entries()) {
    const real = outcomes[at] as Outcome;
    const dry = await client.toolRules.decide(sketchOf(one, agentOf(at), real.spentUsd));
    const said = `expected ${one.expect}, the run did ${real.effect}, the dry run says ${dry.effect} since ${dry.reason}`;
    const isSame = real.effect === dry.effect && real.ruleId === dry.ruleId;
    if (!isSame) differences += 1;
    if (real.ruleId !== undefined) rulesTold += 1;
    proof.holds(isSame && real.effect === one.expect, `${one.name}: ${said}`);
    const isVersion = real.ruleId === undefined || real.version === dry.version;
    proof.holds(isVersion, `${one.name}: decided by version ${real.version}, not ${dry.version}`);
  }
  proof.figure("cases", cases.length);
  proof.figure("decided by a rule that the events name", rulesTold);
  proof.equals("differences between dry and real", differences, 0);
  return outcomes;
}

/** What was made is what was allowed, as the tool has noted it. */
async function actedAsAllowed(proof: Proof, stage: PolicyStage, outcomes: readonly Outcome[]) {
  const acted = new Set(await stage.acted());
  const allowed = outcomes.filter(({ effect }) => effect === "allow");
  const forbidden = outcomes.filter((one) => one.effect !== "allow" && acted.has(one.runId));
  proof.equals("calls made that were not allowed", forbidden.length, 0);
  proof.equals("calls made", acted.size, allowed.length);
}

async function clocksChange(proof: Proof, stage: PolicyStage): Promise<void> {
  const { window, moments } = changingClocks;
  const client = stage.client();
  const time = { ...window, days: [...window.days] };
  const rule = await client.toolRules.add({ effect: "deny", tool: "clocked", when: { time } });
  let right = 0;
  for (const [at, isWithin] of moments) {
    const { ruleId } = await client.toolRules.decide({ tool: "clocked", at });
    const isRight = (ruleId === rule.id) === isWithin;
    if (isRight) right += 1;
    proof.holds(isRight, `${at} is ${isWithin ? "" : "not "}within the hours`);
  }
  await client.toolRules.remove(rule.id);
  proof.figure("moments around changes of clocks", right);
}

/** Rules that deny what one case allowed would have decided just that call otherwise. */
async function previewed(
  proof: Proof,
  stage: PolicyStage,
  set: ReturnType<typeof ruleSet>,
  outcomes: readonly Outcome[],
): Promise<void> {
  const client = stage.client();
  const { calls, changed } = await previewAll(stage, set);
  proof.figure("calls looked at", calls);
  proof.equals("calls that the same rules decide otherwise", changed.length, 0);
  const others = set.rules.filter(({ agent }) => agent !== agentOf(0));
  const denied = {
    rules: [...others, { effect: "deny" as const, tool: "act", agent: agentOf(0) }],
  };
  const first = await client.toolRules.preview({ policy: denied, runId: outcomes[0]?.runId ?? "" });
  const told = first.items.map(({ before, after }) => `${before.effect} ${after.effect}`);
  proof.equals("the first case previewed", told.join(), "allow deny");
}

async function previewAll(stage: PolicyStage, set: { rules: object[] }) {
  let calls = 0;
  const changed: string[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await stage.client().toolRules.preview({
      policy: { rules: set.rules as PolicySpec["rules"] },
      runs: 50,
      ...(cursor && { cursor }),
    });
    calls += page.calls;
    changed.push(...page.items.map(({ runId }) => runId));
    if (page.nextCursor === null) return { calls, changed };
    cursor = page.nextCursor;
  }
}

/** A set that breaks its example is not saved, whoever tries it how. */
async function guarded(proof: Proof, stage: PolicyStage, set: ReturnType<typeof ruleSet>) {
  const client = stage.client();
  const before = await client.toolPolicy.get();
  const broken = { ...set, rules: set.rules.map((rule) => ({ ...rule, effect: "deny" as const })) };
  for (const command of ["test", "apply"]) {
    const { code, stderr } = await stage.flotilla(["policy", command], broken);
    const isTold = /the first case.*expect(?:s|ed) allow.*got deny/.test(stderr);
    proof.holds(code !== 0 && isTold, `policy ${command} of a broken example: ${code} ${stderr}`);
  }
  const deny = {
    effect: "deny",
    tool: "act",
    agent: agentOf(0),
    when: { risk: ["outbound"], reach: ["open"] },
  };
  const answer = await client.toolRules.add(deny as never).then(
    () => "saved",
    (error: { code?: string }) => error.code ?? "",
  );
  proof.equals("a rule that breaks the example", answer, "precondition");
  proof.equals(
    "versions made by broken examples",
    (await client.toolPolicy.get()).version - before.version,
    0,
  );
}

/** Other rules decide otherwise; going back, everything is as it was. */
async function goneBack(
  proof: Proof,
  stage: PolicyStage,
  set: ReturnType<typeof ruleSet>,
  cases: readonly PolicyCase[],
): Promise<void> {
  const client = stage.client();
  const one = cases[0];
  if (!one) return;
  const before = await client.toolPolicy.get();
  const denies = { rules: [{ effect: "deny", tool: "act" }], examples: [] };
  await stage.flotilla(["policy", "apply"], denies);
  const becomes = async (effect: string) =>
    eventually({ what: `the first case to be ${effect}`, timeoutMs: 30_000 }, async () => {
      const outcome = await stage.play(agentOf(0), one);
      return outcome.effect === effect || undefined;
    });
  await becomes("deny");
  const restored = await stage.flotilla(["policy", "restore", String(before.version)]);
  proof.holds(restored.code === 0, `going back says ${restored.stderr}`);
  await becomes(one.expect);
  const now = await client.toolPolicy.get();
  const texts = ({ rules }: typeof now) =>
    JSON.stringify(rules.map(({ id, effect, when }) => [id, effect, when]));
  proof.holds(texts(now) === texts(before), "the rules are not what they were");
  const { items } = await client.toolPolicy.versions({ limit: 1 });
  proof.equals("rules restored", items[0]?.added ?? 0, set.rules.length);
}
