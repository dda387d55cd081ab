import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import {
  costMicros,
  newId,
  type BatchCall,
  type BatchCallResult,
  type ProviderBatchPort,
} from "@flotilla/core";
import { afterEach, describe, expect, test } from "vitest";
import { ask, calculator, openTestModels, requestOf, script } from "../../test/ask.ts";
import { openModels, type Models } from "../models.ts";
import { startSimulator, type Simulator, type SimulatorOptions } from "../simulated/simulator.ts";
import type { Turn } from "../simulated/turn.ts";

const open: { close(): Promise<void> }[] = [];

async function simulate(
  options: SimulatorOptions = {},
): Promise<{ simulator: Simulator; models: Models; batches: ProviderBatchPort }> {
  const simulator = await startSimulator(options);
  open.push(simulator);
  const models = modelsAt(simulator.url);
  return { simulator, models, batches: models.batches };
}

function modelsAt(url: string): Models {
  const models = openTestModels(url);
  open.unshift(models);
  return models;
}

afterEach(async () => {
  for (const part of open.splice(0)) await part.close();
});

function call(model: string, customId: string, turn: Turn): BatchCall {
  const request = requestOf(model, { messages: [script(turn)], runId: customId });
  return { customId, request };
}

function newKey(): string {
  return newId("bat");
}

async function ended(batches: ProviderBatchPort, model: string, id: string): Promise<void> {
  await expect.poll(() => batches.poll(model, id)).not.toMatchObject({ status: "running" });
}

async function collected(
  batches: ProviderBatchPort,
  model: string,
  id: string,
  calls: BatchCall[],
): Promise<Record<string, BatchCallResult>> {
  const results: Record<string, BatchCallResult> = {};
  for await (const result of batches.collect(model, id, calls)) {
    expect(results).not.toHaveProperty(result.customId);
    results[result.customId] = result;
  }
  return results;
}

/** Ids of the provider's come from the request's body, which says whether it is streamed. */
function withoutIds(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll(/_[0-9a-f]{24}/g, "_id"));
}

/** Both of OpenAI's APIs, and Anthropic's. */
describe.each(["openai-responses/script", "openai-chat/script", "anthropic/script"])(
  "%s",
  (model) => {
    test("a batch's answers are those of single calls, at half the price", async () => {
      const { simulator, models, batches } = await simulate({
        price: { input: 100_001, output: 300_003 },
      });
      const withTool = call(model, "tool-1", {
        reasoning: "It is a sum.",
        calls: [{ tool: "calculator", input: { expression: "1+1" } }],
      });
      withTool.request.tools = [calculator];
      const calls = [
        call(model, "text-1", { text: "Hello." }),
        withTool,
        call(model, "cut-1", { text: "Hel", finish: "length" }),
      ];
      expect(batches.offers(model)).toBe(true);
      const id = await batches.submit(model, newKey(), calls);
      await ended(batches, model, id);
      expect(await batches.poll(model, id)).toEqual({ status: "ended", calls: 3, ended: 3 });
      const results = await collected(batches, model, id, calls);
      let cost = 0;
      for (const { customId, request } of calls) {
        const result = results[customId];
        const single = await ask(models, model, request);
        const expected = { customId, outcome: "completed", completed: single.completed };
        expect(withoutIds(result)).toEqual(withoutIds(expected));
        cost +=
          costMicros(single.completed.usage, { input: 50_000.5, output: 150_001.5 }) ?? Number.NaN;
      }
      expect(simulator.bill().by.batch).toMatchObject({ requests: 3, micros: cost });
    });

    test("calls fail one by one, each with its own class of error", async () => {
      const { batches } = await simulate();
      const calls = [
        call(model, "good", { text: "Hello." }),
        call(model, "busy", { text: "x", fault: { kind: "http", status: 529 } }),
        call(model, "wrong", { text: "x", fault: { kind: "http", status: 400 } }),
        call(model, "refused", { text: "", finish: "content_filter" }),
      ];
      const id = await batches.submit(model, newKey(), calls);
      await ended(batches, model, id);
      const results = await collected(batches, model, id, calls);
      expect(results["good"]).toMatchObject({ outcome: "completed" });
      const error = (code: string, transient: boolean) => ({
        outcome: "failed",
        error: { code, transient },
      });
      expect(results["busy"]).toMatchObject(error("model_overloaded", true));
      expect(results["wrong"]).toMatchObject(error("model_rejected", false));
      expect(results["refused"]).toMatchObject(error("model_refused", false));
    });

    test("what is not answered when the batch expires is said to be expired", async () => {
      const { batches } = await simulate({ batchMs: 200, batchExpiryMs: 100 });
      const calls = Array.from({ length: 10 }, (_, index) =>
        call(model, `n${index}`, { text: "x" }),
      );
      const id = await batches.submit(model, newKey(), calls);
      await ended(batches, model, id);
      const outcomes = Object.values(await collected(batches, model, id, calls));
      expect(outcomes.filter(({ outcome }) => outcome === "completed")).toHaveLength(5);
      expect(outcomes.filter(({ outcome }) => outcome === "expired")).toHaveLength(5);
    });

    test("a batch that ended is found by its key by another process", async () => {
      const { simulator, batches } = await simulate();
      const key = newKey();
      const calls = [call(model, "a", { text: "Hello." })];
      expect(await batches.find(model, key)).toBeUndefined();
      await batches.submit(model, newKey(), calls);
      const id = await batches.submit(model, key, calls);
      await batches.submit(model, newKey(), calls);
      await ended(batches, model, id);
      const { batches: others } = modelsAt(simulator.url);
      await expect.poll(() => others.find(model, key)).toBe(id);
      expect(await others.find(model, newKey())).toBeUndefined();
      expect(await collected(others, model, id, calls)).toMatchObject({
        a: { outcome: "completed" },
      });
    });

    test("results of calls that were not asked for are left out", async () => {
      const { batches } = await simulate();
      const calls = ["a", "b", "c"].map((name) => call(model, name, { text: name }));
      const id = await batches.submit(model, newKey(), calls);
      await ended(batches, model, id);
      const some = [...calls.slice(1, 2), call(model, "never-sent", { text: "x" })];
      expect(await collected(batches, model, id, some)).toMatchObject({
        b: { outcome: "completed" },
        "never-sent": { outcome: "expired" },
      });
    });

    test("a cancelled batch ends; cancelling it again does nothing", async () => {
      const { batches } = await simulate({ batchMs: 60_000 });
      const calls = [call(model, "a", { text: "x" })];
      const id = await batches.submit(model, newKey(), calls);
      expect(await batches.poll(model, id)).toMatchObject({ status: "running" });
      await batches.cancel(model, id);
      await ended(batches, model, id);
      await batches.cancel(model, id);
      expect(await collected(batches, model, id, calls)).toEqual({
        a: { customId: "a", outcome: "expired" },
      });
    });

    test("a model that is down, or a batch that is not there, is a usual error", async () => {
      const { simulator, batches } = await simulate();
      await expect(batches.poll(model, "batch_none")).rejects.toMatchObject({ transient: false });
      await simulator.close();
      open.splice(open.indexOf(simulator), 1);
      await expect(batches.find(model, newKey())).rejects.toMatchObject({
        code: "model_unavailable",
        transient: true,
      });
    });
  },
);

describe("OpenAI", () => {
  const model = "openai-chat/script";

  test("finds a batch that is still under way, among many", async () => {
    const { simulator, batches } = await simulate({ batchMs: 60_000 });
    const key = newKey();
    const calls = [call(model, "a", { text: "x" })];
    const id = await batches.submit(model, key, calls);
    for (let index = 0; index < 101; index++) await batches.submit(model, newKey(), calls);
    expect(await modelsAt(simulator.url).batches.find(model, key)).toBe(id);
  });

  test("a batch that is refused as a whole says why", async () => {
    const { batches } = await simulate();
    const twice = [call(model, "a", { text: "x" }), call(model, "a", { text: "x" })];
    const id = await batches.submit(model, newKey(), twice);
    await ended(batches, model, id);
    expect(await batches.poll(model, id)).toMatchObject({
      status: "failed",
      error: { code: "model_rejected", message: expect.stringContaining("a is here twice") },
    });
  });
});

describe("Anthropic", () => {
  const model = "anthropic/script";

  test("a batch under way is told from others by elimination only", async () => {
    const { simulator, batches } = await simulate({ batchMs: 60_000 });
    const key = newKey();
    const calls = [call(model, "a", { text: "x" })];
    const id = await batches.submit(model, key, calls);
    expect(await batches.find(model, key, [])).toBe(id);
    const { batches: others } = modelsAt(simulator.url);
    await expect(others.find(model, key, [])).rejects.toMatchObject({
      code: "model_unavailable",
      transient: true,
    });
    expect(await others.find(model, newKey(), [id])).toBeUndefined();
    await batches.cancel(model, id);
    await expect.poll(() => others.find(model, key, []).catch(() => undefined)).toBe(id);
  });
});

describe("what a provider may also say", () => {
  /** A server that gives these answers, by path. */
  async function serve(answers: Record<string, string>): Promise<ProviderBatchPort> {
    const server = createServer((request, response) => {
      const answer = answers[(request.url ?? "").split("?")[0] ?? ""];
      if (answer === undefined) response.writeHead(404);
      if (!answer?.endsWith("…")) return void response.end(answer);
      response.write(answer.slice(0, -1), () => response.destroy());
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const close = async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    };
    open.push({ close });
    return modelsAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`).batches;
  }

  const model = "openai-chat/x";
  const calls = [call(model, "a", { text: "" }), call(model, "b", { text: "" })];
  const batch = JSON.stringify({
    id: "b1",
    status: "completed",
    created_at: 1,
    output_file_id: "o",
  });
  const line = (custom_id: string, text: string) => {
    const message = { role: "assistant", content: text };
    const body = {
      id: "1",
      created: 1,
      model: "m",
      choices: [{ index: 0, message, finish_reason: "stop" }],
    };
    return `${JSON.stringify({ custom_id, response: { status_code: 200, body }, error: null })}\n`;
  };

  test("the first word counts; lines that are no results are left out", async () => {
    const lines = [
      "no json\n",
      line("b", "first\u2028"),
      "{}\n",
      line("b", "second"),
      line("z", "?"),
    ];
    const batches = await serve({ "/v1/batches/b1": batch, "/v1/files/o/content": lines.join("") });
    const results = await collected(batches, model, "b1", calls);
    expect(results).toMatchObject({ a: { outcome: "expired" }, b: { outcome: "completed" } });
    expect(JSON.stringify(results["b"])).toContain("first\u2028");
    expect(results["b"]).toMatchObject({ completed: { usageEstimated: true } });
  });

  test("results that break off are no results", async () => {
    const content = `${line("b", "whole")}${line("a", "cut").slice(0, 40)}…`;
    const batches = await serve({ "/v1/batches/b1": batch, "/v1/files/o/content": content });
    await expect(collected(batches, model, "b1", calls)).rejects.toMatchObject({
      code: "model_stream_broken",
      transient: true,
    });
  });

  test("an answer of another API is a failure that can pass", async () => {
    const batches = await serve({ "/v1/batches/b1": "<html>" });
    await expect(batches.poll(model, "b1")).rejects.toMatchObject({
      code: "model_unavailable",
      transient: true,
    });
  });
});

test("providers without a batch endpoint offer none, and keys must be there", async () => {
  const providers = {
    local: { kind: "openai-compatible" as const, baseURL: "http://127.0.0.1:9/v1" },
    openai: { kind: "openai" as const, apiKeyEnv: "NO_SUCH_KEY" },
  };
  const models = openModels({ providers }, {});
  open.push(models);
  expect(models.batches.offers("local/x")).toBe(false);
  await expect(models.batches.find("local/x", "k")).rejects.toMatchObject({
    code: "invalid_request",
  });
  await expect(models.batches.find("openai/x", "k")).rejects.toMatchObject({
    code: "credentials_missing",
  });
});
