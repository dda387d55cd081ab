import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FlotillaError, userMessage, type Message } from "@flotilla/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, calculator, openTestModels, providerNames, script } from "../test/ask.ts";
import { defaultProviders } from "./config.ts";
import { openModels, type Models } from "./models.ts";
import type { SimulatedRequest } from "./simulated/brain.ts";
import { simulatedBrain } from "./simulated/models.ts";
import { startSimulator, type Simulator } from "./simulated/simulator.ts";

let simulator: Simulator;
let models: Models;
/** What the provider read, call by call. */
const seen: SimulatedRequest[] = [];

beforeAll(async () => {
  simulator = await startSimulator({
    brain: (request) => {
      seen.push(request);
      return simulatedBrain(request);
    },
  });
  models = openTestModels(simulator.url);
});

afterAll(async () => {
  await models.close();
  await simulator.close();
});

describe.each(providerNames)("over %s", (provider) => {
  const model = `${provider}/script`;

  test("text streams in pieces and completes as one message", async () => {
    const text = "The quick brown fox jumps over the lazy dog; “über” 🦊.";
    const { text: streamed, completed } = await ask(models, model, {
      messages: [script({ text })],
    });
    expect(streamed).toBe(text);
    expect(completed).toMatchObject({
      message: { role: "assistant", content: [{ type: "text", text }] },
      finish: "stop",
      servedModel: "script",
    });
  });

  test("usage counts cached and reasoning tokens within input and output", async () => {
    const usage = {
      inputTokens: 1_000,
      cachedInputTokens: 600,
      outputTokens: 50,
      reasoningTokens: 20,
    };
    const { completed } = await ask(models, model, { messages: [script({ text: "x", usage })] });
    const reasoningTokens = provider === "anthropic" ? 0 : 20;
    expect(completed.usage).toEqual({ ...usage, cacheWriteTokens: 0, reasoningTokens });
  });

  test("parallel calls get our ids, in order, and the history keeps them consistent", async () => {
    const calls = [
      { tool: "calculator", input: { expression: "1+1" } },
      { tool: "calculator", input: { expression: "2+2" } },
    ];
    const messages: Message[] = [script({ text: "Two sums.", calls }, { text: "2 and 4" })];
    const first = await ask(models, model, { messages, tools: [calculator], step: 7 });
    expect(first.completed.finish).toBe("tool_calls");
    expect(first.completed.message.content).toEqual([
      { type: "text", text: "Two sums." },
      { type: "tool_call", callId: "c7-0", ...calls[0] },
      { type: "tool_call", callId: "c7-1", ...calls[1] },
    ]);

    messages.push(first.completed.message, {
      role: "tool",
      results: [
        { callId: "c7-0", tool: "calculator", output: "2", isError: false },
        { callId: "c7-1", tool: "calculator", output: { error: "no" }, isError: true },
      ],
    });
    const second = await ask(models, model, { messages, tools: [calculator], step: 8 });
    expect(second.text).toBe("2 and 4");
    const request = seen.at(-1) as SimulatedRequest;
    const assistant = request.messages.find(({ role }) => role === "assistant");
    const asked = assistant?.role === "assistant" ? assistant.calls.map(({ id }) => id) : [];
    const answered = request.messages.flatMap((message) =>
      message.role === "tool" ? [message.callId] : [],
    );
    expect(answered).toEqual(asked);
    expect(asked).toEqual(
      provider === "compatible" ? ["c00007000", "c00007001"] : ["c7-0", "c7-1"],
    );
    expect(request).toMatchObject({ instructions: "Be brief.", tools: ["calculator"] });
  });

  test("a call without arguments gets an empty object", async () => {
    const { completed } = await ask(models, model, {
      messages: [script({ calls: [{ tool: "calculator", input: {} }] })],
      tools: [calculator],
    });
    expect(completed.message.content).toMatchObject([{ type: "tool_call", input: {} }]);
  });

  test("an image is shown to models that see, and told of to others", async () => {
    const said = JSON.stringify({ turns: [{ text: "Seen." }] });
    const image = { type: "image" as const, artifact: "art_1", mediaType: "image/png" };
    const images = new Map([["art_1", new Uint8Array(7)]]);
    for (const given of [images, undefined]) {
      const messages = [userMessage(said, [image])];
      await ask(models, model, { messages, ...(given && { images: given }) });
      const read = seen
        .at(-1)
        ?.messages.map(({ text }) => text)
        .join("\n");
      const isShown = given !== undefined && provider !== "compatible";
      expect(read).toContain(isShown ? "[image image/png, 7 bytes]" : "is not shown to you");
    }
    expect(models.seesImages(model)).toBe(provider !== "compatible");
  });

  test("an output schema reaches the provider", async () => {
    const output = {
      type: "object",
      properties: { answer: { type: "integer" } },
      required: ["answer"],
      additionalProperties: false,
    };
    const { text } = await ask(models, `${provider}/demo`, { output });
    expect(JSON.parse(text)).toEqual({ answer: 1 });
  });
});

test("the reasoning of a signed thought goes back to the provider that signed it", async () => {
  const messages: Message[] = [
    script({ reasoning: "Let me think.", text: "Done." }, { text: "Still done." }),
  ];
  const first = await ask(models, "anthropic/script", { messages });
  expect(first.reasoning).toBe("Let me think.");
  expect(first.completed.message.content[0]).toMatchObject({
    type: "reasoning",
    text: "Let me think.",
    providerData: { anthropic: { signature: expect.stringMatching(/^sig_/) } },
  });
  const again = await ask(models, "openai-responses/script", { messages });
  expect(again.reasoning).toBe("Let me think.");
  expect(JSON.stringify(again.completed.message)).toContain("enc_");
  messages.push(again.completed.message, { role: "user", content: [{ type: "text", text: "?" }] });
  const last = await ask(models, "openai-responses/script", { messages });
  expect(last.text).toBe("Still done.");
});

describe("check", () => {
  const env: Record<string, string | undefined> = {};
  const checked = openModels({ providers: defaultProviders(env) }, env);

  test("names the nearest providers for one that is not configured", () => {
    expect(() => checked.check("opnai/gpt-5")).toThrow(/nearest are: openai/);
    expect(() => checked.check("gpt-5")).toThrow(/provider\/model/);
  });

  test("misses a key until the environment has it, and says which", () => {
    const thrown = catching(() => checked.check("anthropic/claude-sonnet-4-5"));
    expect(thrown).toMatchObject({
      code: "credentials_missing",
      remedy: expect.stringContaining("ANTHROPIC_API_KEY"),
    });
    env["ANTHROPIC_API_KEY"] = "key";
    expect(() => checked.check("anthropic/claude-sonnet-4-5")).not.toThrow();
  });

  test("a local server needs no key", () => {
    expect(() => checked.check("ollama/llama3.2")).not.toThrow();
  });

  test("knows the simulated models, with or without a fault", () => {
    expect(() => checked.check("simulated/demo?fault=stall")).not.toThrow();
    expect(() => checked.check("simulated/dmeo")).toThrow(/simulated\/demo/);
  });

  test("names the recordings that are there", async () => {
    const recordings = await mkdtemp(join(tmpdir(), "recordings-"));
    await writeFile(join(recordings, "small.jsonl"), "");
    const recorded = openModels({ providers: { recorded: { kind: "recorded" } }, recordings }, {});
    expect(() => recorded.check("recorded/small")).not.toThrow();
    expect(() => recorded.check("recorded/smal")).toThrow(/recorded\/small/);
  });
});

test("a model with a fault shares the bucket of the model, with the same limits", () => {
  const limited = openModels(
    {
      providers: { simulated: { kind: "simulated" } },
      limits: { simulated: { concurrency: 5 }, "simulated/demo": { requestsPerMinute: 600 } },
    },
    {},
  );
  const bucket = { bucket: "simulated/demo", limits: { requestsPerMinute: 600 } };
  expect(limited.bucket("simulated/demo")).toEqual(bucket);
  expect(limited.bucket("simulated/demo?fault=reset")).toEqual(bucket);
  expect(limited.bucket("simulated/script").limits).toEqual({ concurrency: 5 });
});

test("a configuration that is wrong is refused with the field's name", () => {
  const open = () =>
    openModels({ providers: { local: { kind: "openai-compatible", baseURL: "not a url" } } }, {});
  expect(catching(open)).toMatchObject({
    code: "config_invalid",
    message: expect.stringContaining("providers.local.baseURL"),
  });
});

test("a simulated provider starts its own server at the first call", async () => {
  const own = openModels({ providers: { simulated: { kind: "simulated" } } }, {});
  const { text } = await ask(own, "simulated/demo", { messages: [script({ text: "x" })] });
  expect(text).toContain("You asked");
  await own.close();
});

function catching(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(FlotillaError);
    return error;
  }
  return undefined;
}
