import {
  messageText,
  toolCalls,
  type AgentSpecInput,
  type ModelStep,
  type Run,
} from "@flotilla/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestEngine, probe, type TestEngine } from "./platform.ts";

const echo = probe("echo", "idempotent", (text) => text);
const refuse = probe("refuse", "idempotent", () => {
  throw new Error("the shop is closed");
});

let test: TestEngine;
beforeAll(async () => {
  test = await openTestEngine([echo.tool, refuse.tool]);
});
afterAll(() => test.close());

type Scene = { when: string | string[]; turns: object[] };

const planning = "Plan the whole way";
const lastly = "Give the final answer";
const judging = "You judge an answer";
const part = (id: string) => `Your part is the step ${id}:`;
const text = (said: string) => ({ text: said });
const json = (said: object) => ({ text: JSON.stringify(said) });

const step = (id: string, dependsOn: string[] = [], more: object = {}) => ({
  ...{ id, intent: `Do ${id}.`, dependsOn },
  ...more,
});
const plan = (...steps: object[]) => json({ goal: "all of it", steps });

async function start(scenes: Scene[], spec: Partial<AgentSpecInput>): Promise<string> {
  const instructions = JSON.stringify({ scenes });
  return test.play([], { instructions, ...spec });
}

async function play(scenes: Scene[], spec: Partial<AgentSpecInput>): Promise<Run> {
  return test.until(await start(scenes, spec), "completed", "failed", "waiting");
}

const solving = (more: object = {}): Partial<AgentSpecInput> => ({
  tools: ["echo", "refuse"],
  strategy: { kind: "plan_and_solve", ...more },
});

const modelSteps = (run: Run) => run.steps.filter((one): one is ModelStep => one.kind === "model");
const purposes = (run: Run) =>
  modelSteps(run).map(({ purpose }) =>
    purpose?.kind === "plan_step" ? purpose.id : (purpose?.kind ?? "act"),
  );

describe("plan and solve", () => {
  it("plans, does each step with its own view, and answers from the results", async () => {
    const run = await play(
      [
        { when: planning, turns: [plan(step("b", ["a"]), step("a"))] },
        {
          when: [part("a"), "The goal of the plan: all of it"],
          turns: [{ calls: [{ tool: "echo", input: { text: "one" } }] }, text("a is one")],
        },
        { when: [part("b"), "What step a (Do a.) came to:\na is one"], turns: [text("b is two")] },
        { when: [lastly, "a is one", "b is two"], turns: [text("one, two")] },
      ],
      solving(),
    );
    expect(run).toMatchObject({ status: "completed", output: "one, two" });
    expect(purposes(run)).toEqual(["plan", "a", "a", "b", "answer"]);
    expect(run.plan).toMatchObject({
      version: 1,
      steps: [
        { id: "b", status: "done", result: "b is two" },
        { id: "a", status: "done", result: "a is one" },
      ],
    });
  });

  it("shows the model what is wrong with its plan, and gives up after some times", async () => {
    const circle = plan(step("a", ["b"]), step("b", ["a"]));
    const unknown = plan(step("a", [], { uses: { kind: "tool", tool: "sing", input: {} } }));
    const repaired = await play(
      [
        { when: planning, turns: [text("First I think."), circle, plan(step("a"))] },
        { when: part("a"), turns: [text("done")] },
        { when: lastly, turns: [text("end")] },
      ],
      solving(),
    );
    expect(repaired).toMatchObject({ status: "completed", output: "end" });
    const rejected = repaired.steps.flatMap((one) =>
      one.kind === "rejection" ? one.problems : [],
    );
    expect(rejected).toEqual([
      expect.stringContaining("not valid JSON"),
      "the steps a, b depend on each other",
    ]);
    const never = await play([{ when: planning, turns: [circle, unknown, unknown] }], solving());
    expect(never).toMatchObject({
      status: "failed",
      error: { code: "plan_invalid", message: expect.stringContaining("the tool sing") },
    });
  });

  it("makes a call of a tool without asking a model, with results in its input", async () => {
    const uses = { kind: "tool", tool: "echo", input: { text: "<{{result:a}}>" } };
    const runId = await start(
      [
        { when: planning, turns: [plan(step("a"), step("b", ["a"], { uses }))] },
        { when: part("a"), turns: [text("x")] },
        { when: [lastly, "Result: <x>"], turns: [text("end")] },
      ],
      solving(),
    );
    const run = await test.until(runId, "completed");
    expect(purposes(run)).toEqual(["plan", "a", "answer"]);
    expect(run.plan?.steps[1]).toMatchObject({ status: "done", result: "<x>" });
    expect(echo.keys).toContain(`${runId}:plan:b:1`);
  });

  it("tries a step again whose result is not accepted, then makes a new plan", async () => {
    const check = { kind: "number", equals: 4 };
    const run = await play(
      [
        {
          when: [planning, "A step of the plan has failed", "its last number is 6, not 4"],
          turns: [plan(step("c", ["first"]))],
        },
        { when: planning, turns: [plan(step("first"), step("sum", ["first"], { check }))] },
        { when: part("first"), turns: [text("begun")] },
        { when: [part("sum"), "its last number is 5"], turns: [text("6")] },
        { when: part("sum"), turns: [text("5")] },
        { when: [part("c"), "begun"], turns: [text("another way")] },
        { when: lastly, turns: [text("end")] },
      ],
      solving(),
    );
    expect(run).toMatchObject({ status: "completed", output: "end" });
    expect(purposes(run)).toEqual(["plan", "first", "sum", "sum", "plan", "c", "answer"]);
    expect(run.plan).toMatchObject({
      ...{ version: 2, replans: 1 },
      steps: [{ id: "first", status: "done", result: "begun" }, { id: "c" }],
    });
  });

  it("fails when its steps fail again and again, and begins the failed one anew when it is retried", async () => {
    const runId = await start(
      [
        {
          when: planning,
          turns: [
            plan(step("a", [], { uses: { kind: "tool", tool: "refuse", input: { text: "x" } } })),
          ],
        },
      ],
      solving({ maxReplans: 1 }),
    );
    const failed = await test.until(runId, "failed");
    expect(failed).toMatchObject({
      ...{ status: "failed", plan: { version: 2, replans: 1 } },
      error: { code: "plan_failed", message: expect.stringContaining("the shop is closed") },
    });
    // A step of the new plan that has the same id is another try.
    expect(refuse.keys).toEqual(expect.arrayContaining([1, 2].map((n) => `${runId}:plan:a:${n}`)));
    const made = refuse.keys.length;
    await test.store.runs.retry(runId, "person");
    await expect.poll(() => refuse.keys.length, { timeout: 15_000 }).toBe(made + 1);
    await test.until(runId, "failed");
  });

  it("lets a critic judge a step, and takes a step at its word that says it cannot be done", async () => {
    const check = { kind: "critic", criteria: "It rhymes." };
    const run = await play(
      [
        {
          when: [judging, "It rhymes.", "prose"],
          turns: [json({ passed: false, problems: ["no rhyme"], lesson: "Rhyme." })],
        },
        { when: [judging, "verse"], turns: [json({ passed: true, problems: [], lesson: "" })] },
        { when: [planning, "no pen"], turns: [plan()] },
        { when: planning, turns: [plan(step("poem", [], { check }), step("sign", ["poem"]))] },
        { when: [part("poem"), "no rhyme. Rhyme."], turns: [text("verse")] },
        { when: part("poem"), turns: [text("prose")] },
        { when: part("sign"), turns: [text("FAILED: there is no pen")] },
        { when: lastly, turns: [text("end")] },
      ],
      solving(),
    );
    expect(run).toMatchObject({ status: "completed", output: "end" });
    expect(purposes(run)).toEqual([
      ...["plan", "poem", "critique", "poem", "critique", "sign", "plan", "answer"],
    ]);
    expect(run.plan?.steps).toMatchObject([{ id: "poem", status: "done", result: "verse" }]);
  });

  it("does no more for a step whose budget is spent", async () => {
    const call = { calls: [{ tool: "echo", input: { text: "x" } }] };
    const run = await play(
      [
        { when: planning, turns: [plan(step("a", [], { budgetMicros: 1 }))] },
        { when: part("a"), turns: [call, call, text("late")] },
      ],
      solving({ maxReplans: 0 }),
    );
    expect(run).toMatchObject({ status: "failed", error: { code: "plan_failed" } });
    expect(run.plan?.steps).toMatchObject([{ status: "failed", error: { code: "limit_cost" } }]);
    expect(purposes(run)).toEqual(["plan", "a"]);
  });

  it("waits for a person's review, and plans again with the reason when it is rejected", async () => {
    const scenes = [
      { when: [planning, "rejected the plan: too long"], turns: [plan(step("b"))] },
      { when: planning, turns: [plan(step("a"), step("c"))] },
      { when: part("b"), turns: [text("short")] },
      { when: lastly, turns: [text("end")] },
    ];
    const runId = await start(scenes, solving({ review: true }));
    const answer = async (given: "approve" | "reject") => {
      const { interrupts } = await test.until(runId, "waiting");
      const [open] = interrupts;
      if (open?.kind !== "plan_review") throw new Error("There is no plan to review.");
      const { hash, planVersion } = open;
      await test.answer(
        runId,
        given === "approve"
          ? { action: "approve", hash }
          : { action: "reject", reason: "too long" },
      );
      return planVersion;
    };
    expect(await answer("reject")).toBe(1);
    await expect
      .poll(
        async () => (await test.events(runId)).filter(({ type }) => type === "plan.created").length,
        { timeout: 15_000 },
      )
      .toBe(2);
    expect(await answer("approve")).toBe(2);
    const run = await test.until(runId, "completed");
    expect(run).toMatchObject({ output: "end", planReview: { version: 2, approved: true } });
    expect(purposes(run)).toEqual(["plan", "plan", "b", "answer"]);
  });

  it("offers no tools to a model that plans, and makes no call of one that asks for it all the same", async () => {
    const before = echo.keys.length;
    const call = { text: "Hm.", calls: [{ tool: "echo", input: { text: "x" } }] };
    const run = await play(
      [
        { when: planning, turns: [call, plan(step("a"))] },
        { when: part("a"), turns: [text("done")] },
        { when: lastly, turns: [text("end")] },
      ],
      solving(),
    );
    expect(run).toMatchObject({ status: "completed", output: "end" });
    expect(toolCalls(modelSteps(run)[0]?.message as never)).toHaveLength(1);
    expect(echo.keys).toHaveLength(before);
  });

  it("asks the planner's own model for plans", async () => {
    const scenes = [
      { when: planning, turns: [plan(step("a"))] },
      { when: part("a"), turns: [text("done")] },
      { when: lastly, turns: [text("end")] },
    ];
    const run = await play(scenes, solving({ plannerModel: "nameless/script" }));
    expect(run).toMatchObject({ status: "completed" });
    expect(modelSteps(run).map(({ model }) => model)).toEqual([
      ...["nameless/script", "simulated/script", "simulated/script"],
    ]);
  });
});

describe("reflexion", () => {
  const learning = (more: object): Partial<AgentSpecInput> => ({
    tools: ["echo"],
    strategy: { kind: "reflexion", checks: [{ kind: "contains", text: "42" }], ...more },
  });
  const lesson = (said: string) => json({ passed: false, problems: ["wrong"], lesson: said });

  it("ends with the first answer when that is good enough", async () => {
    const run = await play([{ when: "go", turns: [text("It is 42.")] }], learning({}));
    expect(run).toMatchObject({ status: "completed", output: "It is 42.", stepCount: 1 });
  });

  it("tries again with the lesson, from the beginning", async () => {
    const run = await play(
      [
        { when: [judging, "I guess 41", 'it does not contain "42"'], turns: [lesson("Add one.")] },
        {
          when: "Add one.",
          turns: [{ calls: [{ tool: "echo", input: { text: "41+1" } }] }, text("It is 42.")],
        },
        { when: "go", turns: [text("I guess 41.")] },
      ],
      learning({}),
    );
    expect(run).toMatchObject({ status: "completed", output: "It is 42." });
    expect(purposes(run)).toEqual(["try", "critique", "try", "try"]);
    const learnt = run.steps.find((one) => one.kind === "lesson");
    expect(learnt).toMatchObject({
      step: 1,
      lesson: "Add one.",
      problems: ['it does not contain "42"'],
    });
  });

  it("fails when no try is good enough, or takes the best one", async () => {
    const checks = [
      { kind: "contains", text: "42" },
      { kind: "regex", pattern: "^It is" },
    ];
    const scenes = [
      { when: [judging, "I guess"], turns: [lesson("Say it is.")] },
      { when: judging, turns: [lesson("Guess.")] },
      { when: ["Say it is.", "Guess."], turns: [text("Nothing.")] },
      { when: "Say it is.", turns: [text("It is 41.")] },
      { when: "go", turns: [text("I guess 41.")] },
    ];
    const failed = await play(scenes, learning({ checks }));
    expect(failed).toMatchObject({ status: "failed", error: { code: "check_failed" } });
    expect(purposes(failed)).toEqual(["try", "critique", "try", "critique", "try"]);
    const best = await play(scenes, learning({ checks, onExhausted: "best" }));
    expect(best).toMatchObject({ status: "completed", output: "It is 41." });
  });

  it("asks a critic of its own once the other checks have passed", async () => {
    const checks = [
      { kind: "number", equals: 42 },
      { kind: "critic", criteria: "It is polite." },
    ];
    const run = await play(
      [
        {
          when: [judging, "It is polite.", "Please"],
          turns: [json({ passed: true, problems: [], lesson: "" })],
        },
        { when: [judging, "It is polite."], turns: [text("Hm."), lesson("Say please.")] },
        { when: "Say please.", turns: [text("Please take 42.")] },
        { when: "go", turns: [text("Take 42.")] },
      ],
      learning({ checks, criticModel: "nameless/script" }),
    );
    expect(run).toMatchObject({ status: "completed", output: "Please take 42." });
    expect(modelSteps(run).map(({ model, purpose }) => [model, purpose?.kind])).toEqual([
      ["simulated/script", "try"],
      ["nameless/script", "critique"],
      ["nameless/script", "critique"],
      ["simulated/script", "try"],
      ["nameless/script", "critique"],
    ]);
  });

  it("repairs an answer that does not fit the output schema before it is judged", async () => {
    const output = { type: "object", properties: { n: { type: "integer" } }, required: ["n"] };
    const run = await play([{ when: "go", turns: [text("42"), text('{"n":42}')] }], {
      ...learning({}),
      output,
    });
    expect(run).toMatchObject({ status: "completed", output: { n: 42 }, stepCount: 2 });
  });
});

describe("the class of a task", () => {
  it("decides on the strategy, the model and its settings", async () => {
    const taskClasses = {
      hard: {
        keywords: ["prove"],
        strategy: { kind: "plan_and_solve" as const },
        model: "nameless/script",
      },
      easy: { keywords: ["Go"], settings: { temperature: 1 } },
    };
    const scenes = [
      { when: planning, turns: [plan(step("a"))] },
      { when: part("a"), turns: [text("done")] },
      { when: lastly, turns: [text("planned")] },
      { when: "go", turns: [text("at once")] },
    ];
    const easy = await play(scenes, { taskClasses });
    expect(easy).toMatchObject({ output: "at once", stepCount: 1 });
    const hard = await play(scenes, {
      taskClasses: { hard: { ...taskClasses.hard, keywords: ["go"] } },
    });
    expect(hard).toMatchObject({ output: "planned" });
    expect(new Set(modelSteps(hard).map(({ model }) => model))).toEqual(
      new Set(["nameless/script"]),
    );
    expect(
      modelSteps(hard)
        .map(({ message }) => message && messageText(message))
        .at(-1),
    ).toBe("planned");
  });
});
