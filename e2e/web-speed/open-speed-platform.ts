import { startPlatform, type Platform } from "../platform.ts";

/** Tokens a second of the model that takes its time. */
const readingSpeed = 100;

/** A platform whose models answer at once, after a while, or word by word. */
export async function openSpeedPlatform(): Promise<Platform> {
  const platform = await startPlatform({
    config: {
      providers: {
        fast: { kind: "simulated" },
        paced: { kind: "simulated", latencyMs: 300 },
        reader: { kind: "simulated", tokensPerSecond: readingSpeed },
      },
    },
  });
  const { agents } = platform.client;
  const tools = ["calculator"];
  await agents.apply({ name: "adder", model: "fast/demo", tools });
  await agents.apply({ name: "caller", model: "fast/script", tools, limits: { maxSteps: 1_000 } });
  await agents.apply({ name: "pacer", model: "paced/demo", tools });
  await agents.apply({ name: "reader", model: "reader/script" });
  return platform;
}
