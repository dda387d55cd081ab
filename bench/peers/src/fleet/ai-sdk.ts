import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText } from "ai";
import {
  askEach,
  serveFleetContender,
  type FleetContender,
  type FleetSettings,
} from "../../../src/fleet/contender.ts";
import { instructions } from "../../../src/fleet/work.ts";

/**
 * The Vercel AI SDK: calls side by side, each with the retries it has by itself (two) unless the
 * variant says more; it waits as long as `retry-after-ms` says.
 */
async function openAiSdk({ providerUrl, variant }: FleetSettings): Promise<FleetContender> {
  const provider = createOpenAICompatible({
    name: "bench",
    baseURL: `${providerUrl}/v1`,
    apiKey: "bench",
  });
  const retries = variant["maxRetries"] ? { maxRetries: Number(variant["maxRetries"]) } : {};
  return {
    ask: (model, prompts) =>
      askEach(prompts, async (prompt) => {
        const { text } = await generateText({ model: provider(model), instructions, prompt, ...retries });
        return text;
      }),
    close: async () => undefined,
  };
}

await serveFleetContender(openAiSdk);
