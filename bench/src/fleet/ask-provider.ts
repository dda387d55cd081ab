import type { SimulatorState } from "@flotilla/models";
import { startChild, type Child } from "../child.ts";
import { fileURLToPath } from "node:url";
import type { ProviderLimits, Work } from "./limits.ts";
import { limitedModel, openModel } from "./models.ts";
import { answerTo, instructions, promptsOf } from "./work.ts";

const script = fileURLToPath(new URL("provider.ts", import.meta.url));

/** A provider that runs, and what it has seen. */
export interface Provider {
  url: string;
  /** What came for the model with the limits. */
  seen(): Promise<Seen>;
  stop(): Promise<void>;
}

export interface Seen {
  /** All that came, the refused ones included. */
  requests: number;
  answered: number;
  /** Answers of status 429, by the limit that was exceeded. */
  refused: Record<string, number>;
  tokens: number;
  peakConcurrency: number;
}

export async function startProvider(limits: ProviderLimits, latencyMs: number): Promise<Provider> {
  const env = { LIMITS: JSON.stringify(limits), LATENCY_MS: String(latencyMs) };
  const child: Child = startChild(script, env);
  const { url } = await child.next<{ url: string }>();
  return {
    url,
    async seen() {
      const state = (await (await fetch(`${url}/simulator/state`)).json()) as SimulatorState;
      const counts = state.models[limitedModel];
      return {
        requests: counts?.requests ?? 0,
        answered: counts?.answered ?? 0,
        refused: counts?.limited ?? {},
        tokens: (counts?.inputTokens ?? 0) + (counts?.outputTokens ?? 0),
        peakConcurrency: counts?.peakConcurrency ?? 0,
      };
    },
    stop: () => child.end(),
  };
}

/** Has the provider count the work: each prompt once, on the model without limits. */
export async function countWork({ url }: Provider, prompts: number): Promise<Work> {
  let tokens = 0;
  for (const prompt of promptsOf(prompts)) {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(chatRequest(openModel, prompt)),
    });
    const answer = (await response.json()) as ChatAnswer;
    if (answer.choices[0]?.message.content !== answerTo(prompt)) {
      throw new Error(`The provider does not know the answer to: ${prompt}`);
    }
    tokens += answer.usage.total_tokens;
  }
  return { prompts, tokens };
}

/** A chat completion as the least of clients asks for it. */
export function chatRequest(model: string, prompt: string): object {
  const messages = [
    { role: "system", content: instructions },
    { role: "user", content: prompt },
  ];
  return { model, messages };
}

export interface ChatAnswer {
  choices: { message: { content: string } }[];
  usage: { total_tokens: number };
}
