import { HumanMessage, SystemMessage } from "@langchain/core/messages";
import { ChatOpenAI } from "@langchain/openai";
import {
  serveFleetContender,
  type FleetContender,
  type FleetSettings,
} from "../../../src/fleet/contender.ts";
import { instructions } from "../../../src/fleet/work.ts";

/**
 * LangChain's `.batch`, with the retries it has by itself (six, with growing pauses). Failures are
 * asked for as values, so that they can be counted; otherwise the first would end the batch.
 */
async function openLangChain({ providerUrl, variant }: FleetSettings): Promise<FleetContender> {
  const maxConcurrency = variant["maxConcurrency"];
  return {
    async ask(model, prompts) {
      const llm = new ChatOpenAI({
        model,
        apiKey: "bench",
        configuration: { baseURL: `${providerUrl}/v1` },
      });
      const results: unknown[] = await llm.batch(
        prompts.map((prompt) => [new SystemMessage(instructions), new HumanMessage(prompt)]),
        typeof maxConcurrency === "number" ? { maxConcurrency } : {},
        { returnExceptions: true },
      );
      const endedAt = Date.now();
      const failure = results.find((result) => result instanceof Error);
      return {
        answers: results.map((result) => textOf(result)),
        endedAt,
        ...(failure && { failure: String(failure) }),
      };
    },
    close: async () => undefined,
  };
}

function textOf(result: unknown): string | null {
  return result instanceof Error ? null : (result as { text: string }).text;
}

await serveFleetContender(openLangChain);
