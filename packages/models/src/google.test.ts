import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { userMessage, type JsonObject } from "@flotilla/core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ask, calculator } from "../test/ask.ts";
import { openModels, type Models } from "./models.ts";

/**
 * Gemini's streamGenerateContent as the API documents it: `data:` lines of
 * GenerateContentResponse, the finish reason in the last one, no further end marker.
 */
let server: Server;
let models: Models;
let chunks: (JsonObject | string)[] = [];
let status = 200;
const asked: JsonObject[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    void text(request).then((body) => {
      asked.push(JSON.parse(body) as JsonObject);
      response.writeHead(status, {
        "content-type": status === 200 ? "text/event-stream" : "application/json; charset=UTF-8",
      });
      for (const part of chunks) {
        const json = typeof part === "string" ? part : JSON.stringify(part);
        response.write(status === 200 ? `data: ${json}\r\n\r\n` : json);
      }
      response.end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const baseURL = `http://127.0.0.1:${port}/v1beta`;
  models = openModels({ providers: { google: { kind: "google", baseURL, apiKey: "k" } } }, {});
});

beforeEach(() => {
  status = 200;
  asked.length = 0;
});

afterAll(async () => {
  await models.close();
  server.close();
});

const model = "google/gemini-2.5-flash";
const usageMetadata = {
  promptTokenCount: 100,
  cachedContentTokenCount: 40,
  candidatesTokenCount: 10,
  thoughtsTokenCount: 5,
  totalTokenCount: 115,
};

function chunk(parts: JsonObject[], finishReason?: string): JsonObject {
  const content = { parts, role: "model" };
  return {
    candidates: [{ content, index: 0, ...(finishReason && { finishReason }) }],
    modelVersion: "gemini-2.5-flash",
    ...(finishReason && { usageMetadata }),
  };
}

test("text, usage and finish are read", async () => {
  chunks = [chunk([{ text: "Hello " }]), chunk([{ text: "there." }], "STOP")];
  const { text: streamed, completed } = await ask(models, model);
  expect(streamed).toBe("Hello there.");
  expect(completed.finish).toBe("stop");
  expect(completed.usage).toEqual({
    inputTokens: 100,
    cachedInputTokens: 40,
    cacheWriteTokens: 0,
    outputTokens: 15,
    reasoningTokens: 5,
  });
});

test("a call keeps its thought signature, and it goes back with the history", async () => {
  const functionCall = { name: "calculator", args: { expression: "1+1" } };
  chunks = [chunk([{ functionCall, thoughtSignature: "signed" }], "STOP")];
  const { completed } = await ask(models, model, { tools: [calculator] });
  expect(completed.finish).toBe("tool_calls");
  expect(completed.message.content).toMatchObject([
    { type: "tool_call", callId: "c1-0", tool: "calculator", input: { expression: "1+1" } },
  ]);

  chunks = [chunk([{ text: "2" }], "STOP")];
  const results = [{ callId: "c1-0", tool: "calculator", output: "2", isError: false }];
  const messages = [userMessage("1+1?"), completed.message, { role: "tool" as const, results }];
  await ask(models, model, { messages, tools: [calculator], step: 2 });
  expect(JSON.stringify(asked.at(-1))).toContain('"thoughtSignature":"signed"');
});

test("a stream without a finish reason is broken", async () => {
  chunks = [chunk([{ text: "Hel" }])];
  await expect(ask(models, model)).rejects.toMatchObject({ code: "model_stream_broken" });
  const functionCall = { name: "calculator", args: { expression: "1+1" } };
  chunks = [chunk([{ functionCall }])];
  await expect(ask(models, model, { tools: [calculator] })).rejects.toMatchObject({
    code: "model_stream_broken",
    transient: true,
  });
});

test("an event that is no JSON is a broken stream", async () => {
  chunks = ['{"candidates":[{"con', chunk([{ text: "x" }], "STOP")];
  await expect(ask(models, model)).rejects.toMatchObject({ code: "model_stream_broken" });
});

test("a call the provider could not read itself is invalid output", async () => {
  chunks = [chunk([], "MALFORMED_FUNCTION_CALL")];
  await expect(ask(models, model)).rejects.toMatchObject({
    code: "model_output_invalid",
    transient: true,
  });
});

test("a blocked answer is a refusal", async () => {
  chunks = [chunk([], "SAFETY")];
  await expect(ask(models, model)).rejects.toMatchObject({ code: "model_refused" });
});

test("the delay in the body of a 429 is honoured; a daily quota is for good", async () => {
  status = 429;
  const message = "You exceeded your current quota.";
  chunks = [googleError(429, "RESOURCE_EXHAUSTED", message, [{ retryDelay: "34.5s" }])];
  await expect(ask(models, model)).rejects.toMatchObject({
    code: "model_rate_limited",
    retryAfterMs: 34_500,
  });
  const quotaId = "GenerateRequestsPerDayPerProjectPerModel";
  chunks = [googleError(429, "RESOURCE_EXHAUSTED", message, [{ violations: [{ quotaId }] }])];
  await expect(ask(models, model)).rejects.toMatchObject({
    code: "model_quota_exhausted",
    transient: false,
  });
});

test("a key that is not valid is a missing credential", async () => {
  status = 400;
  chunks = [googleError(400, "INVALID_ARGUMENT", "API key not valid. Pass a valid API key.", [])];
  await expect(ask(models, model)).rejects.toMatchObject({ code: "credentials_missing" });
});

function googleError(
  code: number,
  name: string,
  message: string,
  details: JsonObject[],
): JsonObject {
  return { error: { code, message, status: name, details } };
}
