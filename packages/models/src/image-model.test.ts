import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { ImageRequest, JsonObject } from "@flotilla/core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { imageListPrice } from "./image-price.ts";
import { openModels, type Models } from "./models.ts";
import { drawImage } from "./simulated/images/draw-image.ts";

const now = new Date("2026-06-01");
const png = drawImage("a boat", 64, 32);

/** The image APIs of OpenAI and Gemini as they document them. */
let server: Server;
let models: Models;
let answer: { status?: number; body: JsonObject | string };
const asked: { url: string; key: string | undefined; body: JsonObject }[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    void text(request).then((body) => {
      const key = request.headers["idempotency-key"] as string | undefined;
      asked.push({ url: request.url ?? "", key, body: JSON.parse(body) as JsonObject });
      const isPage = typeof answer.body === "string";
      const type = isPage ? "text/html" : "application/json; charset=UTF-8";
      response.writeHead(answer.status ?? 200, { "content-type": type });
      response.end(isPage ? answer.body : JSON.stringify(answer.body));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  models = openModels(
    {
      providers: {
        openai: { kind: "openai", baseURL: `${url}/v1`, apiKey: "k" },
        google: { kind: "google", baseURL: `${url}/v1beta`, apiKey: "k" },
        own: { kind: "openai-compatible", baseURL: `${url}/v1` },
      },
    },
    {},
  );
});
beforeEach(() => void asked.splice(0));
afterAll(async () => {
  await models.close();
  server.close();
});

const make = (request: Partial<ImageRequest> & { model: string }) =>
  models.image(
    { prompt: "a boat", count: 1, runId: "run_1", idempotencyKey: "run_1:c1-0:x", ...request },
    AbortSignal.timeout(10_000),
  );

test("OpenAI is asked by its API, and its tokens are counted", async () => {
  const b64_json = png.toString("base64");
  const usage = { input_tokens: 12, output_tokens: 1_056, total_tokens: 1_068 };
  answer = { body: { created: 1, data: [{ b64_json }], usage } };
  const made = await make({ model: "openai/gpt-image-1", size: "1024x1024", quality: "medium" });
  expect(made.images).toEqual([{ mediaType: "image/png", content: png }]);
  expect(made.usage).toMatchObject({ inputTokens: 12, outputTokens: 1_056 });
  const body = {
    model: "gpt-image-1",
    prompt: "a boat",
    n: 1,
    size: "1024x1024",
    quality: "medium",
  };
  expect(asked).toEqual([{ url: "/v1/images/generations", key: "run_1:c1-0:x", body }]);
});

test("servers that speak its API are asked for base64", async () => {
  answer = { body: { created: 1, data: [{ b64_json: png.toString("base64") }] } };
  await make({ model: "own/flux", quality: "hd" });
  expect(asked[0]?.body).toMatchObject({ response_format: "b64_json", quality: "hd" });
});

test("Gemini is asked for an image of the size's ratio", async () => {
  const inlineData = { mimeType: "image/png", data: png.toString("base64") };
  const candidates = [
    { content: { role: "model", parts: [{ inlineData }] }, finishReason: "STOP" },
  ];
  const usageMetadata = {
    promptTokenCount: 5,
    candidatesTokenCount: 1_290,
    totalTokenCount: 1_295,
  };
  answer = { body: { candidates, usageMetadata } };
  const made = await make({ model: "google/gemini-2.5-flash-image", size: "1344x768" }).catch(
    String,
  );
  expect(made).toContain("makes no images of 1344x768");
  const wide = await make({ model: "google/gemini-2.5-flash-image", size: "1600x900" });
  expect(wide.images[0]?.content).toEqual(png);
  expect(wide.usage.outputTokens).toBe(1_290);
  expect(asked[0]?.url).toContain("gemini-2.5-flash-image:generateContent");
  expect(JSON.stringify(asked[0]?.body)).toContain('"aspectRatio":"16:9"');
});

test.each([
  [400, { error: { message: "no", code: "moderation_blocked" } }, "model_refused", false],
  [400, { error: { message: "Invalid size", code: "invalid_value" } }, "model_rejected", false],
  [429, { error: { message: "slow down" } }, "model_rate_limited", true],
  [500, { error: { message: "oops" } }, "model_unavailable", true],
  [200, "<html>Welcome</html>", "model_unavailable", true],
  [200, { created: 1, data: [] }, "model_output_invalid", true],
  [200, { created: 1, data: [{ b64_json: "bm9uZQ==" }] }, "model_output_invalid", true],
] as const)("an answer of %s %j is %s", async (status, body, code, transient) => {
  answer = { status, body: body as JsonObject };
  await expect(make({ model: "openai/gpt-image-1" })).rejects.toMatchObject({ code, transient });
});

test("a model has the price of its list, by size and quality", () => {
  expect(imageListPrice("openai", "dall-e-3", now)?.image).toBe(40_000);
  const image1 = imageListPrice("openai", "gpt-image-1", now);
  expect(image1?.tokens).toEqual({ input: 5_000_000, output: 40_000_000 });
  const square = image1?.sizes?.filter(({ size }) => size === "1024x1024");
  expect(square?.map(({ quality, image }) => [quality, Math.round(image)])).toEqual([
    ["low", 10_880],
    ["medium", 42_240],
    ["high", 166_400],
  ]);
  const gemini = imageListPrice("google", "gemini-2.5-flash-image", now);
  expect(gemini?.sizes?.[0]?.image).toBeCloseTo(38_700);
  expect(imageListPrice("openai", "gpt-5-mini", now)).toBeNull();
  expect(models.imagePrice("own/flux")).toBeNull();
  expect(models.imagesPerCall("openai/dall-e-3")).toBe(1);
  expect(() => models.imagesPerCall("google/imagen-4.0-generate-001")).toThrow(/those of Gemini/);
});
