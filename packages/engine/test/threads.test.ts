import {
  agentSpecSchema,
  fold,
  messageText,
  newId,
  toolCalls,
  type AgentSpecInput,
  type NewRun,
  type Run,
} from "@flotilla/core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { HistoryReader } from "../src/history-reader.ts";
import { toolNames } from "../src/model-request.ts";
import type { SegmentJournal } from "../src/segment-journal.ts";
import { narrowWindow, openTestEngine, probe, type TestEngine } from "./platform.ts";

const words = (text: string) => `${text}: ${"all work and no play makes a dull page. ".repeat(40)}`;

let test: TestEngine;
beforeAll(async () => {
  test = await openTestEngine([probe("page", "idempotent", words).tool]);
});
afterAll(() => test.close());

let names = 0;

/** A thread whose simulated model plays these turns; wherever it is, the model counts the answers before. */
async function openThread(turns: object[], spec: Partial<AgentSpecInput> = {}) {
  const threadId = newId("thr");
  const agent = agentSpecSchema.parse({
    name: `talker-${++names}`,
    model: "simulated/script",
    instructions: JSON.stringify({ turns }),
    retry: { baseMs: 5 },
    ...spec,
  });
  const { id, name, version } = await test.store.agents.apply(agent, newId("agt"));
  await test.store.threads.create({
    id: threadId,
    agent: name,
    title: "",
    metadata: {},
  });
  const send = async (
    text: string,
    options: { after?: string | null; queue?: boolean; run?: Partial<NewRun> } = {},
  ) => {
    const { run, after, queue = false } = options;
    const runId = newId("run");
    const what = { agentId: id, agentName: name, agentVersion: version, interactive: false };
    await test.store.threads.continue({
      threadId,
      after,
      queue,
      run: { runId, input: { text }, ...what, ...run },
    });
    return runId;
  };
  const say = async (...given: Parameters<typeof send>) =>
    test.until(await send(...given), "completed", "failed");
  return { threadId, send, say };
}

const outputOf = (run: Run) => (run.status === "completed" ? run.output : run);
const texts = (...all: string[]) => all.map((text) => ({ text }));
const readerOf = () => new HistoryReader((runId, limit) => test.store.runs.lineage(runId, limit));

describe("a thread", () => {
  it("begins each run with what was said before, wherever that is read", async () => {
    const { say } = await openThread(texts("one", "two", "three"));
    const first = await say("a");
    const second = await say("b");
    await test.restart(1_000);
    const third = await say("c");
    expect([first, second, third].map(outputOf)).toEqual(["one", "two", "three"]);
    expect(third.history).toEqual({ kind: "run", runId: second.runId, seq: second.seq, steps: 2 });
    const { turns } = await readerOf().before(third);
    const said = turns.flatMap((turn) => turn.messages.map(messageText));
    expect(said).toEqual(["a", "one", "b", "two"]);
  });

  it("shows a model its images in later turns too, and offers the tool for its documents", async () => {
    const scenes = [
      { when: ["[image image/png, 5 bytes]", "report.pdf"], turns: texts("Both.", "Still both.") },
    ];
    const { say } = await openThread([], { instructions: JSON.stringify({ scenes }) });
    const runId = newId("run");
    const { organisation, environment } = { organisation: "default", environment: "prod" as const };
    const attached = async (name: string, mediaType: string, kind: "image" | "document") => {
      const content = new Uint8Array(5);
      const about = { runId, organisation, environment, name, mediaType, content };
      const { id, bytes } = await test.artifacts.put(about);
      return { artifact: { id, mediaType, bytes }, name, kind, characters: 0, head: "" };
    };
    const attachments = [
      await attached("dot.png", "image/png", "image"),
      await attached("report.pdf", "application/pdf", "document"),
    ];
    const first = await say("a", { run: { input: { text: "a", attachments } } });
    const second = await say("b");
    expect([first, second].map(outputOf)).toEqual(["Both.", "Still both."]);
    const history = await readerOf().before(second);
    expect(history.hasDocuments).toBe(true);
    const spec = agentSpecSchema.parse({ name: "a", model: "simulated/script" });
    const journal = { run: second } as SegmentJournal;
    expect(toolNames({ spec, journal, history })).toEqual(["artifact_read", "document_read"]);
  });

  it("keeps the calls of all turns apart, and each with its result", async () => {
    const call = { calls: [{ tool: "page", input: { text: "p" } }] };
    const { say } = await openThread([call, { text: "one" }, call, call, { text: "two" }], {
      tools: ["page"],
    });
    const first = await say("a");
    const second = await say("b");
    expect([first, second].map(outputOf)).toEqual(["one", "two"]);
    const ids = [first, second].flatMap(({ steps }) =>
      steps.flatMap((step) => (step.kind === "tool" ? [step.callId] : [])),
    );
    expect(ids).toEqual(["c1-0", "c3-0", "c4-0"]);
  });

  it("goes on from an earlier message where one is sent again, edited", async () => {
    const { say, threadId } = await openThread(texts("one", "two", "three"));
    const first = await say("a");
    const second = await say("b");
    const edited = await say("b, but better", { after: first.runId });
    expect(outputOf(edited)).toBe("two");
    expect(outputOf(await say("c"))).toBe("three");
    const anew = await say("a, but better", { after: null });
    expect(outputOf(anew)).toBe("one");
    const branch = await test.store.threads.messages(threadId, edited.runId, 10);
    expect(branch.map(({ text }) => text)).toEqual(["b, but better", "a"]);
    expect(branch[0]?.versions).toEqual([second.runId, edited.runId]);
    expect(branch[1]?.versions).toEqual([first.runId, anew.runId]);
  });

  it("takes a message while a run is under way only to queue it", async () => {
    const turns = texts("one", "two", "three");
    const { send, threadId } = await openThread(turns, { model: "typing/script" });
    const first = await send("a");
    await expect(send("b")).rejects.toMatchObject({ code: "conflict" });
    const second = await send("b", { queue: true });
    const third = await send("c", { queue: true });
    expect((await test.store.runs.get(second)).status).toBe("pending");
    expect(outputOf(await test.until(third, "completed", "failed"))).toBe("three");
    expect(outputOf(await test.until(second, "completed"))).toBe("two");
    const events = await test.events(second);
    const bound = (await test.events(first)).at(-1)?.seq;
    expect(events[1]).toMatchObject({
      type: "run.released",
      history: { runId: first, seq: bound, steps: 1 },
    });
    const all = await test.store.threads.messages(threadId, undefined, 10);
    expect(all.map(({ run }) => run.runId)).toEqual([third, second, first]);
  });

  it("holds a queued run that was cancelled and is retried", async () => {
    const { send } = await openThread(texts("one", "two"), { model: "slow/script" });
    const first = await send("a");
    const second = await send("b", { queue: true });
    await test.store.runs.cancel(second, "person");
    await test.store.runs.retry(second, "person");
    await test.store.runs.cancel(first, "person");
    await test.until(second, "running");
    expect(fold(await test.events(second)).history).toMatchObject({ runId: first });
    await test.store.runs.cancel(second, "person");
    await test.until(second, "cancelled");
  });

  it("leaves calls of the caller's tools to it, and goes on with what they gave", async () => {
    const turns = [
      { text: "Let me see.", calls: [{ tool: "page", input: { text: "p" } }, { tool: "theirs" }] },
      { text: "done" },
    ];
    const { say } = await openThread(turns, { tools: ["page"] });
    const tools = [{ name: "theirs", description: "", input: { type: "object" } }];
    const first = await say("a", { run: { request: { tools } } });
    expect(first).toMatchObject({
      status: "completed",
      output: "Let me see.",
      calls: [{ callId: "c1-1", tool: "theirs" }],
    });
    const results = [{ callId: "c1-1", tool: "theirs", output: { n: 7 }, isError: false }];
    const second = await say("", { run: { input: { text: "", results } } });
    expect(outputOf(second)).toBe("done");
    const { turns: before } = await readerOf().before(second);
    expect(before[0]?.messages.at(-1)).toMatchObject({
      results: [{ callId: "c1-0", tool: "page" }, results[0]],
    });
  });

  it("tells the model when a call was never answered", async () => {
    const { say } = await openThread([{ calls: [{ tool: "theirs" }] }, { text: "done" }]);
    const tools = [{ name: "theirs", description: "", input: { type: "object" } }];
    await say("a", { run: { request: { tools } } });
    const second = await say("never mind");
    expect(outputOf(second)).toBe("done");
    const [turn] = (await readerOf().before(second)).turns;
    const answers = turn?.messages.flatMap((one) =>
      one.role === "assistant" ? toolCalls(one) : [],
    );
    expect(answers).toHaveLength(1);
    expect(turn?.messages.at(-1)).toMatchObject({ results: [{ callId: "c1-0", isError: true }] });
  });
});

describe("a long thread", () => {
  it("fits the context, and reads no more than back to its last summary", async () => {
    const answers = Array.from({ length: 14 }, (_, place) => `answer ${place}`);
    const { say } = await openThread(texts(...answers), { model: "narrow/script" });
    const runs: Run[] = [];
    for (const answer of answers) {
      const run = await say(words("question"));
      expect(outputOf(run)).toBe(answer);
      runs.push(run);
    }
    const compacted = runs.flatMap(({ compactions }) => compactions);
    expect(compacted.length).toBeGreaterThan(1);
    for (const one of compacted) expect(one.inputTokensAfter).toBeLessThan(narrowWindow);
    const last = runs.at(-1) as Run;
    const whole = await readerOf().before(last);
    expect(whole.runIds.length).toBeLessThan(answers.length - 1);
  });

  it("reads one journal for each turn on the worker that made the turn before", async () => {
    const { say } = await openThread(texts(...Array.from({ length: 12 }, (_, i) => `${i}`)));
    const read = vi.fn<typeof test.store.runs.lineage>((...given) =>
      test.store.runs.lineage(...given),
    );
    const reader = new HistoryReader(read);
    for (let turn = 0; turn < 12; turn++) {
      const run = await say("next");
      expect((await reader.before(run)).turns).toHaveLength(turn);
    }
    expect(read.mock.calls.map(([, limit]) => limit)).toEqual(Array(11).fill(1));
    const last = await say("too much").catch((error: unknown) => error);
    expect(last).toMatchObject({ status: "failed" });
  });

  it("gives the same history with and without what a worker remembers", async () => {
    const call = { calls: [{ tool: "page", input: { text: "p" } }] };
    const turns = Array.from({ length: 10 }, (_, i) => [call, { text: `${i}` }]).flat();
    const { say } = await openThread(turns, { model: "narrow/script", tools: ["page"] });
    const remembering = readerOf();
    for (let turn = 0; turn < 10; turn++) {
      const run = await say("next");
      expect(outputOf(run)).toBe(`${turn}`);
      const known = await remembering.before(run);
      const { runIds: _known, ...said } = known;
      const { runIds: _fresh, ...fresh } = await readerOf().before(run);
      expect(fresh).toEqual(said);
    }
  });
});
