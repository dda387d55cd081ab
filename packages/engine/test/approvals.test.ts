import {
  compileToolRules,
  transcript,
  type InterruptAnswer,
  type Run,
  type ToolStep,
} from "@flotilla/core";
import { defineTool } from "@flotilla/tools";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { callHash, checkAnswer } from "../src/index.ts";
import { openTestEngine, probe, type TestEngine } from "./platform.ts";

const { tool: pay, keys: paid } = probe("pay", "idempotent", (text) => `paid ${text}`);
const { tool: look, keys: looked } = probe("look", "idempotent", (text) => `saw ${text}`);
const inputs: unknown[] = [];
const send = defineTool({
  name: "send",
  description: "Sends.",
  input: z.object({ to: z.string(), lines: z.array(z.object({ sku: z.string() })).optional() }),
  output: z.string(),
  risk: "outbound",
  recovery: "idempotent",
  timeoutMs: 1_000,
  maxAttempts: 1,
  call(input) {
    inputs.push(input);
    return "sent";
  },
});

let test: TestEngine;
beforeAll(async () => {
  test = await openTestEngine([pay, look, send]);
});
afterAll(() => test.close());
beforeEach(() => [paid, looked, inputs].forEach((list) => void list.splice(0)));

const calls = (...names: string[]) => ({
  calls: names.map((tool) => ({ tool, input: { text: "5" } })),
});
const payHash = callHash("pay", { text: "5" });
const asksFirst = { tools: ["pay", "look", "send"], approvals: ["pay", "se*"] };

function toolSteps({ steps }: Run): ToolStep[] {
  return steps.filter((step) => step.kind === "tool");
}

function approvalOf(run: Run) {
  const [open] = run.interrupts;
  if (open?.kind !== "approval") throw new Error("no approval is asked");
  return open;
}

describe("a call that its agent asks about first", () => {
  it("is not made before somebody approves it; the others of the answer are", async () => {
    const runId = await test.play([calls("pay", "look"), { text: "end" }], asksFirst);
    const waiting = await test.until(runId, "waiting");
    expect(approvalOf(waiting)).toMatchObject({
      tool: "pay",
      input: { text: "5" },
      hash: payHash,
      callId: "c1-0",
      step: 1,
    });
    expect(
      toolSteps(waiting)
        .map(({ tool, status }) => `${tool} ${status}`)
        .toSorted(),
    ).toEqual(["look done", "pay proposed"]);
    expect([paid.length, looked.length]).toEqual([0, 1]);

    await test.answer(runId, { action: "approve", hash: payHash });
    const run = await test.until(runId, "completed");
    expect(paid).toEqual([`${runId}:c1-0`]);
    expect(toolSteps(run).find(({ tool }) => tool === "pay")).toMatchObject({
      status: "done",
      output: "paid 5",
      approved: { hash: payHash, by: "person" },
    });
    expect(looked).toHaveLength(1);
  });

  it("is answered for the model when it is rejected, and asked about again", async () => {
    const turns = [calls("pay"), calls("pay"), { text: "end" }];
    const runId = await test.play(turns, asksFirst);
    await test.until(runId, "waiting");
    await test.answer(runId, { action: "reject", reason: "Too much." });
    await expect.poll(async () => (await test.store.inbox.open([runId])).length).toBe(1);
    const again = await test.until(runId, "waiting");
    expect(again.replaced).toEqual([payHash]);
    expect(transcript(again).at(-2)).toMatchObject({
      results: [{ callId: "c1-0", output: "Error: Too much.", isError: true }],
    });
    await test.answer(runId, { action: "approve", hash: payHash });
    await test.until(runId, "completed");
    expect(paid).toEqual([`${runId}:c2-0`]);
  });

  it("is made as edited; the model is told what was changed, and is asked about the first one", async () => {
    const turns = [calls("pay"), calls("pay"), { text: "end" }];
    const runId = await test.play(turns, asksFirst);
    await test.until(runId, "waiting");
    const rule = { tool: "pay", agent: null, runId, environment: null } as const;
    const begun = [{ ...rule, id: `trl_${runId}`, effect: "allow", interruptId: null } as const];
    await test.store.toolPolicy.change({ begun, ended: [], by: "ann", note: null });
    await test.answer(runId, { action: "edit", hash: payHash, input: { text: "3" } });
    await expect.poll(async () => (await test.store.inbox.open([runId])).length).toBe(1);
    const run = await test.until(runId, "waiting");
    expect(paid).toEqual([`${runId}:c1-0`]);
    expect(toolSteps(run)[0]).toMatchObject({
      input: { text: "3" },
      proposed: { input: { text: "5" }, hash: payHash },
      output: "paid 3",
    });
    const told = transcript(run).find((message) => message.role === "tool");
    expect(told).toMatchObject({
      results: [
        { output: { asked: { text: "5" }, made: { text: "3" }, result: "paid 3" }, isError: false },
      ],
    });
    // Though a rule allows the tool, this very call is asked about.
    expect(approvalOf(run).hash).toBe(payHash);
    await test.answer(runId, { action: "reject", reason: "No." });
    await test.until(runId, "completed");
  });

  it("is refused without asking anybody when it does not fit the tool", async () => {
    const turns = [{ calls: [{ tool: "pay", input: { text: 5 } }] }, { text: "end" }];
    const run = await test.until(await test.play(turns, asksFirst), "completed");
    expect(toolSteps(run)[0]).toMatchObject({ error: { code: "tool_input_invalid" } });
    expect(paid).toEqual([]);
  });

  it("waits through a restart with what was asked, and asks nothing twice", async () => {
    const runId = await test.play([calls("pay"), { text: "end" }], asksFirst);
    const waiting = await test.until(runId, "waiting");
    await test.restart(100);
    expect(await test.store.inbox.open([runId])).toMatchObject([
      { interruptId: approvalOf(waiting).interruptId, tool: "pay", hash: payHash },
    ]);
    await test.answer(runId, { action: "approve", hash: payHash });
    await test.until(runId, "completed");
    const raised = (await test.events(runId)).filter(({ type }) => type === "interrupt.raised");
    expect(raised).toHaveLength(1);
  });

  it("is not made when what stands in the journal is not what was approved", async () => {
    const runId = await test.play([calls("pay"), { text: "end" }], asksFirst);
    await test.until(runId, "waiting");
    await test.store.pool.query(
      `UPDATE event SET data = replace(data::text, '"text":"5"', '"text":"500"')::json
       WHERE run_id = $1 AND type = 'interrupt.raised'`,
      [runId],
    );
    await test.answer(runId, { action: "approve", hash: payHash });
    const run = await test.until(runId, "completed");
    expect(toolSteps(run)[0]).toMatchObject({
      status: "failed",
      error: { code: "tool_forbidden" },
    });
    expect(paid).toEqual([]);
  });
});

describe("an approval that nobody answers in time", () => {
  const settings = (onExpiry: "approve" | "reject") => ({
    ...asksFirst,
    interrupts: { expireSeconds: 1, onExpiry },
  });

  it("is answered as the agent says", async () => {
    const [rejected, approved] = await Promise.all(
      (["reject", "approve"] as const).map((one) =>
        test.play([calls("pay"), { text: "end" }], settings(one)),
      ),
    );
    const failed = await test.until(rejected as string, "completed");
    expect(toolSteps(failed)[0]).toMatchObject({
      error: { code: "tool_rejected", message: "Nobody answered in time." },
    });
    await test.until(approved as string, "completed");
    expect(paid).toEqual([`${approved}:c1-0`]);
  });
});

const noRules = await compileToolRules({ version: 0, rules: [] });

describe("an answer to an approval", () => {
  const parts = () => ({
    tools: { list: () => [send.info], destinations: () => [] },
    now: Date.now(),
    accessRules: [],
    toolRules: noRules,
  });
  const asked = { to: "ann", lines: [{ sku: "a" }] };
  const hash = callHash("send", asked);

  async function proposal(input: object = asked) {
    const turns = [{ calls: [{ tool: "send", input }] }, { text: "end" }];
    const runId = await test.play(turns, asksFirst);
    const run = await test.until(runId, "waiting");
    return { run, interrupt: approvalOf(run) };
  }

  it("must be of just what was asked", async () => {
    const given = await proposal();
    const check = (answer: InterruptAnswer) => () => checkAnswer(parts(), given, answer);
    expect(check({ action: "approve", hash })).not.toThrow();
    for (const other of ["", "f", "0"].map((digit) => `${digit}${hash.slice(digit.length)}`)) {
      if (other === hash) continue;
      expect(check({ action: "approve", hash: other })).toThrow(/hash is not of what/);
    }
    expect(check({ action: "reply", value: "yes" })).toThrow(/takes approve, edit, reject/);
    expect(check({ action: "edit", hash, input: asked })).toThrow(/changes nothing/);
  });

  it("edits to what the tool takes, without a field more", async () => {
    const given = await proposal();
    const edit = (input: object) => () =>
      checkAnswer(parts(), given, { action: "edit", hash, input: input as never });
    expect(edit({ to: "bob" })).not.toThrow();
    expect(edit({ to: 5 })).toThrow(/do not fit send/);
    expect(edit({ to: "bob", note: "hidden" })).toThrow(/do not fit send/);
    expect(edit({ to: "bob", lines: [{ sku: "a", price: "1" }] })).toThrow(/do not fit send/);
    expect(edit({ to: "bo\u202eb" })).toThrow(/U\+202E at \/to/);
  });

  it("is no approval of arguments that hide what they say", async () => {
    const hidden = { to: "ann\u2066" };
    const given = await proposal(hidden);
    const hiddenHash = callHash("send", hidden);
    const check = (answer: InterruptAnswer) => () => checkAnswer(parts(), given, answer);
    expect(check({ action: "approve", hash: hiddenHash })).toThrow(/U\+2066 at \/to/);
    expect(check({ action: "edit", hash: hiddenHash, input: { to: "ann" } })).not.toThrow();
    expect(check({ action: "reject", reason: "No." })).not.toThrow();
  });

  it("is refused where the rules deny the call by now", async () => {
    const given = await proposal();
    const rule = { id: "trl_1", tool: "*", agent: null, runId: null, environment: null } as const;
    const rules = [{ ...rule, effect: "deny" as const }];
    const toolRules = await compileToolRules({ version: 1, rules });
    for (const answer of [
      { action: "approve", hash },
      { action: "edit", hash, input: { to: "bob" } },
    ] as const) {
      expect(() => checkAnswer({ ...parts(), toolRules }, given, answer)).toThrow(
        /may not be made/,
      );
    }
  });
});

describe("ask_person", () => {
  async function ask(form?: object) {
    const input = { question: "Which \u202ecolour?", ...(form && { form }) };
    const turns = [{ calls: [{ tool: "ask_person", input }] }, { text: "end" }];
    return test.play(turns, { tools: ["ask_person"] });
  }
  const noTools = { list: () => [], destinations: () => [] };
  const noParts = { tools: noTools, now: 0, accessRules: [], toolRules: noRules };

  it("waits for the reply, which is the result", async () => {
    const runId = await ask();
    const run = await test.until(runId, "waiting");
    expect(run.interrupts).toMatchObject([{ kind: "question", form: { kind: "text" } }]);
    const [item] = await test.store.inbox.open([runId]);
    expect(item).toMatchObject({ kind: "question", prompt: "Which \\u202ecolour?" });
    await test.answer(runId, { action: "reply", value: "blue" });
    const ended = await test.until(runId, "completed");
    expect(toolSteps(ended)[0]).toMatchObject({ status: "done", output: "blue" });
  });

  it("takes a reply of its form alone", async () => {
    const reply = async (form: object, value: never) => {
      const run = await test.until(await ask(form), "waiting");
      const interrupt = run.interrupts[0];
      if (!interrupt) throw new Error("nothing is asked");
      return () => checkAnswer(noParts, { run, interrupt }, { action: "reply", value });
    };
    const choice = { kind: "choice", options: ["red", "blue"] };
    expect(await reply(choice, "blue" as never)).not.toThrow();
    expect(await reply(choice, "green" as never)).toThrow(/one of red, blue/);
    expect(await reply(choice, ["blue"] as never)).toThrow(/one of red, blue/);
    const several = { ...choice, multiple: true };
    expect(await reply(several, ["blue", "red"] as never)).not.toThrow();
    expect(await reply(several, ["blue", "blue"] as never)).toThrow(/a list of some of/);
    const schema = { kind: "schema", schema: { type: "object", required: ["n"] } };
    expect(await reply(schema, { n: 1 } as never)).not.toThrow();
    expect(await reply(schema, {} as never)).toThrow(/required property 'n'/);
  });

  it("tells the model of a form that is none, and of a question that nobody answers", async () => {
    const bad = await test.until(
      await ask({ kind: "schema", schema: { type: "nonsense" } }),
      "completed",
    );
    expect(toolSteps(bad)[0]).toMatchObject({ error: { code: "tool_input_invalid" } });
    const runId = await ask();
    await test.until(runId, "waiting");
    await test.answer(runId, { action: "reject", reason: "Nobody knows." });
    const run = await test.until(runId, "completed");
    expect(toolSteps(run)[0]).toMatchObject({
      status: "failed",
      error: { code: "tool_rejected", message: "Nobody knows." },
    });
  });
});
