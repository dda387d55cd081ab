import { describe, expect, test } from "vitest";
import type { SimulatedRequest } from "./brain.ts";
import { PromptCache, type MarkedBlock } from "./prompt-cache.ts";
import { startSimulator } from "./simulator.ts";

const minute = 60_000;

function request(instructions: string, ...texts: string[]): SimulatedRequest {
  const messages = texts.map((text) => ({ role: "user" as const, text }));
  return { model: "demo", instructions, messages, tools: ["calculator"] };
}

/** Text of so many tokens. */
function tokens(count: number, letter: string): string {
  return letter.repeat(count * 4);
}

describe("an automatic cache", () => {
  const system = tokens(1_100, "s");
  const usedBy = (cache: PromptCache, asked: SimulatedRequest, now: number, owner = "key") =>
    cache.useSteps(owner, asked, now).cachedInputTokens;

  test("hits the longest prefix in steps of 128 tokens, from its minimum on", () => {
    const cache = new PromptCache(1_024);
    expect(usedBy(cache, request(system, tokens(300, "a")), 0)).toBe(0);
    expect(usedBy(cache, request(system, tokens(300, "a")), 1)).toBe(1_280);
    expect(usedBy(cache, request(system, tokens(300, "b")), 2)).toBe(1_024);
    const short = request(tokens(200, "s"));
    usedBy(cache, short, 3);
    expect(usedBy(cache, short, 4)).toBe(0);
  });

  test("is of one key, of one set of tools, and forgets after five minutes without use", () => {
    const cache = new PromptCache(1_024);
    usedBy(cache, request(system), 0);
    expect(usedBy(cache, request(system), 1, "other key")).toBe(0);
    expect(usedBy(cache, { ...request(system), tools: [] }, 1)).toBe(0);
    expect(usedBy(cache, request(system), 4 * minute)).toBe(1_024);
    expect(usedBy(cache, request(system), 8 * minute)).toBe(1_024);
    expect(usedBy(cache, request(system), 13 * minute)).toBe(0);
  });

  test("a text that moves to another message is another prompt", () => {
    const cache = new PromptCache(1_024);
    usedBy(cache, request(system), 0);
    expect(usedBy(cache, request("", system), 1)).toBe(0);
  });
});

describe("a cache with marks", () => {
  const block = (count: number, letter: string, isBreakpoint = false): MarkedBlock => {
    const content = tokens(count, letter);
    return { content, characters: content.length, isBreakpoint };
  };
  const use = (cache: PromptCache, now: number, ...blocks: MarkedBlock[]) => {
    const { cachedInputTokens, cacheWriteTokens } = cache.useMarks("key", blocks, now);
    return [cachedInputTokens, cacheWriteTokens];
  };

  test("writes up to the last mark and reads what an earlier mark wrote", () => {
    const cache = new PromptCache(1_024);
    expect(use(cache, 0, block(1_100, "s", true), block(50, "a"))).toEqual([0, 1_100]);
    expect(use(cache, 1, block(1_100, "s", true), block(50, "b"))).toEqual([1_100, 0]);
    expect(use(cache, 2, block(1_100, "s"), block(50, "b"), block(60, "c", true))).toEqual([
      1_100, 110,
    ]);
    expect(use(cache, 3, block(1_100, "s"), block(50, "b"), block(60, "c", true))).toEqual([
      1_210, 0,
    ]);
  });

  test("does not read what the same request writes", () => {
    const cache = new PromptCache(1_024);
    const blocks = [block(1_100, "s", true), block(60, "a", true)];
    expect(use(cache, 0, ...blocks)).toEqual([0, 1_160]);
    expect(use(cache, 1, ...blocks)).toEqual([1_160, 0]);
    expect(use(cache, 2, block(1_100, "s", true), block(60, "b", true))).toEqual([1_100, 60]);
  });

  test("does nothing without marks, below its minimum, or after five minutes", () => {
    const cache = new PromptCache(1_024);
    expect(use(cache, 0, block(1_100, "s"))).toEqual([0, 0]);
    expect(use(cache, 0, block(1_000, "s", true))).toEqual([0, 0]);
    expect(use(cache, 0, block(1_100, "s", true))).toEqual([0, 1_100]);
    expect(use(cache, 6 * minute, block(1_100, "s", true))).toEqual([0, 1_100]);
  });
});

test("over the wire Anthropic's marks come back as tokens written and read", async () => {
  const simulator = await startSimulator({ promptCache: 1_024 });
  const say = async (question: string) => {
    const marked = { cache_control: { type: "ephemeral" } };
    const body = {
      model: "demo",
      max_tokens: 100,
      system: [{ type: "text", text: tokens(1_200, "s"), ...marked }],
      messages: [{ role: "user", content: question }],
    };
    const answer = await fetch(`${simulator.url}/v1/messages`, {
      method: "POST",
      body: JSON.stringify(body),
    });
    return ((await answer.json()) as { usage: object }).usage;
  };
  expect(await say("abcd")).toMatchObject({
    input_tokens: 1,
    cache_creation_input_tokens: 1_200,
    cache_read_input_tokens: 0,
  });
  expect(await say("efgh")).toMatchObject({
    input_tokens: 1,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 1_200,
  });
  await simulator.close();
});
