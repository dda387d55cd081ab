import { liveAsContender } from "../contender-life.ts";
import type { ProviderLimits } from "./limits.ts";
import { limitedModel, openModel } from "./models.ts";
import { answerTo, promptsOf } from "./work.ts";

/** What a contender of the fleet is told in its environment. */
export interface FleetSettings {
  /** A fresh database of its own. */
  databaseUrl: string;
  /** Where the provider is; its API is below `/v1`. */
  providerUrl: string;
  limits: ProviderLimits;
  prompts: number;
  /** What sets this contender apart from others of the same script. */
  variant: Record<string, number | boolean>;
}

/** A program that asks a provider, made to do the bench's work. */
export interface FleetContender {
  /** Asks all of these at once. The answers in the same order; null for what failed for good. */
  ask(model: string, prompts: string[]): Promise<Asked>;
  close(): Promise<void>;
}

export interface Asked {
  answers: (string | null)[];
  /** When the last answer was there, Unix milliseconds. */
  endedAt: number;
  /** One of the failures, where there are any. */
  failure?: string;
}

export type FleetMessage = { ready: true } | { done: FleetDone };

export interface FleetDone {
  /** From asking to the last answer. */
  makespanMs: number;
  answered: number;
  failure?: string;
}

const warmUp = 20;

/** A contender process from its start to its end. Throws for an answer that is wrong. */
export async function serveFleetContender(
  open: (settings: FleetSettings) => Promise<FleetContender>,
): Promise<void> {
  const settings = readSettings();
  const prompts = promptsOf(settings.prompts);
  await liveAsContender(async () => {
    const contender = await open(settings);
    return {
      async warmUp() {
        const warm = prompts.slice(0, warmUp);
        const asked = await contender.ask(openModel, warm);
        if (countRight(warm, asked) < warm.length) throw new Error(`No answers: ${asked.failure}`);
      },
      ready: (): FleetMessage => ({ ready: true }),
      async work(): Promise<FleetMessage> {
        const start = Date.now();
        const asked = await contender.ask(limitedModel, prompts);
        const answered = countRight(prompts, asked);
        const { failure, endedAt } = asked;
        return { done: { makespanMs: endedAt - start, answered, ...(failure && { failure }) } };
      },
      close: () => contender.close(),
    };
  });
}

/** Asks for each prompt by itself, all at once, and waits for the last to end, well or not. */
export async function askEach(
  prompts: string[],
  ask: (prompt: string) => Promise<string>,
): Promise<Asked> {
  const settled = await Promise.allSettled(prompts.map(ask));
  const endedAt = Date.now();
  const failed = settled.find(({ status }) => status === "rejected");
  return {
    answers: settled.map((one) => (one.status === "fulfilled" ? one.value : null)),
    endedAt,
    ...(failed?.status === "rejected" && { failure: String(failed.reason) }),
  };
}

function countRight(prompts: string[], { answers }: Asked): number {
  let right = 0;
  for (const [index, prompt] of prompts.entries()) {
    const answer = answers[index] ?? null;
    if (answer === null) continue;
    if (answer !== answerTo(prompt)) throw new Error(`Wrong answer to ${prompt}: ${answer}`);
    right++;
  }
  return right;
}

function readSettings(): FleetSettings {
  if (process.env.FLEET) return JSON.parse(process.env.FLEET) as FleetSettings;
  throw new Error("A contender is started by the bench: npm run bench -- fleet.");
}
