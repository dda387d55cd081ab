import type { FlotillaError } from "@flotilla/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, openTestModels, providerNames } from "../test/ask.ts";
import type { Models } from "./models.ts";
import { startSimulator, type Simulator } from "./simulated/simulator.ts";

let simulator: Simulator;
let models: Models;

beforeAll(async () => {
  simulator = await startSimulator();
  models = openTestModels(simulator.url);
});

afterAll(async () => {
  await models.close();
  await simulator.close();
});

function failure(provider: string, fault: Record<string, string>): Promise<FlotillaError> {
  const query = new URLSearchParams({ fault: "http", ...fault });
  return ask(models, `${provider}/demo?${query}`).then(
    () => expect.unreachable("the call should have failed"),
    (error: FlotillaError) => error,
  );
}

describe.each(providerNames)("over %s", (provider) => {
  test.each([
    ["429", "", "Slow down.", "model_rate_limited", true],
    [
      "429",
      "insufficient_quota",
      "You exceeded your current quota.",
      "model_quota_exhausted",
      false,
    ],
    ["429", "", "Request too large for this model.", "context_overflow", false],
    ["402", "", "Payment required.", "model_quota_exhausted", false],
    ["400", "", "Your credit balance is too low.", "model_quota_exhausted", false],
    ["500", "", "Oops.", "model_unavailable", true],
    ["502", "", "Bad gateway.", "model_unavailable", true],
    ["503", "", "Overloaded.", "model_overloaded", true],
    ["529", "overloaded_error", "Overloaded.", "model_overloaded", true],
    ["408", "", "Timed out.", "model_unavailable", true],
    ["401", "invalid_api_key", "Incorrect API key.", "credentials_missing", false],
    ["403", "", "No access.", "credentials_missing", false],
    ["404", "model_not_found", "The model does not exist.", "unknown_model", false],
    ["400", "context_length_exceeded", "Too long.", "context_overflow", false],
    ["400", "", "prompt is too long: 250000 tokens > 200000", "context_overflow", false],
    ["413", "", "Request too large.", "context_overflow", false],
    ["400", "content_policy_violation", "Not that.", "model_refused", false],
    ["400", "", "Unknown parameter: x.", "model_rejected", false],
    ["422", "", "Unprocessable.", "model_rejected", false],
  ])("%s %s (%s) is %s", async (status, code, message, expected, transient) => {
    const error = await failure(provider, { status, message, ...(code && { code }) });
    expect(error).toMatchObject({ code: expected, transient });
    expect(error.message).toContain(message);
  });

  test("retry-after is honoured in seconds and as a date", async () => {
    const seconds = await failure(provider, { status: "429", retryAfter: "7" });
    expect(seconds.retryAfterMs).toBe(7_000);
    const retryAfter = new Date(Date.now() + 30_000).toUTCString();
    const date = await failure(provider, { status: "503", retryAfter });
    expect(date.retryAfterMs).toBeGreaterThan(27_000);
    expect(date.retryAfterMs).toBeLessThanOrEqual(30_000);
  });
});

test("a wrong key is named", async () => {
  const error = await failure("anthropic", { status: "401" });
  expect(error.remedy).toContain('the apiKey of provider "anthropic"');
});
