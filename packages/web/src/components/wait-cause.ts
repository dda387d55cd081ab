import type { WaitCause } from "@flotilla/core";

/** What a call waits for, in words. */
export const waitWords: Readonly<Record<WaitCause, string>> = {
  requests: "requests per minute",
  tokens: "tokens per minute",
  input_tokens: "input tokens per minute",
  output_tokens: "output tokens per minute",
  concurrency: "calls at once",
  spend: "spend per minute",
  paused: "a pause the provider asked for",
  learning: "the limits to be learned",
  budget: "the budget",
  identical_call: "the same call, under way already",
  provider_batch: "the provider's batch endpoint",
};
