import { setTimeout as sleep } from "node:timers/promises";
import { intendedStepSchema, type AgentSpecInput, type PlanEdit, type Run } from "@flotilla/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestEngine, probe, type TestEngine } from "./platform.ts";

const slow = probe("slow", "idempotent", async (text, signal) => {
  await sleep(500, undefined, { signal });
  return text;
});

let test: TestEngine;
beforeAll(async () => {
  test = await openTestEngine([slow.tool]);
});
afterAll(() => test.close());

const part = (id: string) => `Your part is the step ${id}:`;
const step = (id: string, dependsOn: string[] = [], more: object = {}) =>
  intendedStepSchema.parse({ id, intent: `Do ${id}.`, dependsOn, ...more });
const planned = (...steps: object[]) => ({
  when: "Plan the whole way",
  turns: [{ text: JSON.stringify({ goal: "all of it", steps }) }],
});
const says = (when: string | string[], text: string) => ({ when, turns: [{ text }] });
const working = { calls: [{ tool: "slow", input: { text: "x" } }] };
const lastly = "Give the final answer";

function start(scenes: object[], spec: Partial<AgentSpecInput>): Promise<string> {
  return test.play([], { instructions: JSON.stringify({ scenes }), tools: ["slow"], ...spec });
}

async function whileAt(runId: string, isThere: (run: Run) => boolean): Promise<Run> {
  let found: Run | undefined;
  const look = async () => {
    const run = await test.until(runId, "pending", "running", "waiting", "completed", "failed");
    if (isThere(run)) found = run;
    return found !== undefined;
  };
  await expect.poll(look, { timeout: 15_000, interval: 20 }).toBe(true);
  return found as Run;
}

const edit = (runId: string, version: number, edits: PlanEdit[]) =>
  test.store.plans.edit(runId, { version, edits, by: "ann", reason: "better so" });

describe("an edit of a plan that is carried out", () => {
  const scenes = [
    planned(step("a"), step("b", ["a"])),
    { when: part("a"), turns: [working, { text: "one" }] },
    says(part("c"), "three"),
    says([lastly, "three"], "one, three"),
  ];
  const swap: PlanEdit[] = [
    { edit: "remove", id: "b" },
    { edit: "add", step: step("c", ["a"]) },
  ];
  const isWorking = ({ steps }: Run) =>
    steps.some((one) => one.kind === "tool" && one.status === "intended");

  it("is taken in at the run's next step, and nothing that was done is lost", async () => {
    const runId = await start(scenes, { strategy: { kind: "plan_and_solve" } });
    await whileAt(runId, isWorking);
    expect(await edit(runId, 1, swap)).toBe(false);
    expect(await test.store.plans.queued(runId)).toMatchObject([{ number: 1, by: "ann" }]);
    const run = await test.until(runId, "completed");
    expect(run).toMatchObject({ output: "one, three", plan: { version: 2, taken: 1 } });
    expect(slow.keys.filter((key) => key.startsWith(runId))).toHaveLength(1);
    expect(await test.store.plans.queued(runId)).toEqual([]);
  });

  it("that comes too late is refused in the journal, and the run goes on", async () => {
    const runId = await start(
      [
        planned(step("a"), step("b", ["a"])),
        { when: part("a"), turns: [working, { text: "one" }] },
        says(part("b"), "two"),
        says(part("c"), "three"),
        says(lastly, "end"),
      ],
      { strategy: { kind: "plan_and_solve" } },
    );
    await whileAt(runId, isWorking);
    await edit(runId, 1, [{ edit: "add", step: step("c") }]);
    await edit(runId, 1, [{ edit: "remove", id: "b" }]);
    const run = await test.until(runId, "completed");
    expect(run).toMatchObject({ output: "end", plan: { version: 2, taken: 2 } });
    expect(run.plan?.steps.map(({ id }) => id)).toEqual(["a", "b", "c"]);
    const refused = (await test.events(runId)).find(({ type }) => type === "plan.edit_refused");
    expect(refused).toMatchObject({ problems: ["the plan has version 2 by now"], by: "ann" });
  });

  it("is refused at once when it cannot be, or was made for another version", async () => {
    const runId = await start(scenes, { strategy: { kind: "plan_and_solve" } });
    await whileAt(runId, isWorking);
    const circle: PlanEdit[] = [{ edit: "change", id: "b", changes: { dependsOn: ["b"] } }];
    await expect(edit(runId, 1, circle)).rejects.toMatchObject({ code: "plan_invalid" });
    await expect(edit(runId, 2, swap)).rejects.toMatchObject({ code: "conflict" });
    const done: PlanEdit[] = [{ edit: "remove", id: "a" }];
    await expect(edit(runId, 1, done)).rejects.toMatchObject({ code: "plan_invalid" });
    await edit(runId, 1, swap);
    await test.until(runId, "completed");
    await expect(edit(runId, 2, swap)).rejects.toMatchObject({ code: "conflict" });
  });
});

describe("an edit of a plan that waits for its review", () => {
  it("is there at once, and the plan is asked about anew", async () => {
    const runId = await start(
      [planned(step("a"), step("b")), says(part("a"), "one"), says(lastly, "end")],
      { strategy: { kind: "plan_and_solve", review: true } },
    );
    const first = (await test.until(runId, "waiting")).interrupts[0];
    expect(await edit(runId, 1, [{ edit: "remove", id: "b" }])).toBe(true);
    const run = await whileAt(runId, ({ interrupts }) =>
      interrupts.some((one) => one.kind === "plan_review" && one.planVersion === 2),
    );
    expect(run.plan?.steps.map(({ id }) => id)).toEqual(["a"]);
    expect(run.interrupts).toHaveLength(1);
    expect(run.interrupts[0]?.interruptId).not.toBe(first?.interruptId);
  });
});

describe("a hierarchy", () => {
  const worker = (name: string, scenes: object[]) =>
    test.play([], { name, instructions: JSON.stringify({ scenes }), tools: ["slow"] });
  const byAgent = (agent: string) => ({ uses: { kind: "agent", agent } });

  it("has steps of its plan done by other agents side by side, and merges what they came to", async () => {
    await worker("searcher", [{ when: "Do", turns: [working, { text: "found" }] }]);
    await worker("writer", [says("found", "written")]);
    const runId = await start(
      [
        planned(
          step("left", [], byAgent("searcher")),
          step("right", [], byAgent("searcher")),
          step("text", ["left", "right"], byAgent("writer")),
          step("own"),
        ),
        says(part("own"), "mine"),
        says([lastly, "written", "mine"], "merged"),
      ],
      { strategy: { kind: "hierarchical" }, team: { workers: ["searcher", "writer"] } },
    );
    const run = await test.until(runId, "completed");
    expect(run).toMatchObject({ output: "merged" });
    expect(run.children.map(({ planStep, status }) => `${planStep} ${status}`)).toEqual([
      ...["left completed", "right completed", "text completed"],
    ]);
    const [left, right] = run.children;
    expect(Date.parse(right?.startedAt ?? "")).toBeLessThan(Date.parse(left?.endedAt ?? ""));
  });

  it("makes another plan when a worker fails", async () => {
    await worker("breaker", [{ when: "never", turns: [{ text: "" }] }]);
    const runId = await start(
      [
        {
          when: ["Plan the whole way", "A step of the plan has failed"],
          turns: [{ text: JSON.stringify({ goal: "all of it", steps: [step("own")] }) }],
        },
        planned(step("theirs", [], byAgent("breaker"))),
        says(part("own"), "mine"),
        says(lastly, "alone"),
      ],
      {
        strategy: { kind: "hierarchical", stepTries: 1 },
        team: { workers: ["breaker"] },
      },
    );
    const run = await test.until(runId, "completed");
    expect(run).toMatchObject({ output: "alone", plan: { version: 2, replans: 1 } });
    expect(run.children).toMatchObject([{ status: "failed" }]);
  });
});
