import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { tool, ToolLoopAgent } from "ai";
import { z } from "zod";
import {
  atOnce,
  serveContender,
  type Contender,
  type Settings,
} from "../../src/contender.ts";
import { answer, calculate, calculatorTool, instructions, prompt } from "../../src/work.ts";

/** The agent of the Vercel AI SDK, as its documentation shows it. It keeps nothing. */
async function openAiSdk({ mockUrl }: Settings): Promise<Contender> {
  function agentOn(path: string) {
    const provider = createOpenAICompatible({
      name: "bench",
      baseURL: mockUrl + path,
      apiKey: "bench",
    });
    const calculator = tool({
      description: calculatorTool.description,
      inputSchema: z.object({ expression: z.string().describe("For example 12*7.") }),
      execute: async ({ expression }) => calculate(expression),
    });
    return new ToolLoopAgent({ model: provider("bench"), instructions, tools: { calculator } });
  }
  const worker = agentOn("/runs/v1");
  const streamer = agentOn("/streams/v1");

  async function run(): Promise<void> {
    const result = await worker.stream({ prompt });
    const text = await result.text;
    if (text !== answer) throw new Error(`Wrong answer: ${text}`);
  }

  async function firstToken(): Promise<number> {
    const start = performance.now();
    let first: number | undefined;
    const result = await streamer.stream({ prompt });
    for await (const text of result.textStream) {
      if (text !== "") first ??= performance.now() - start;
    }
    return first!;
  }

  return {
    async runs(count) {
      await atOnce(count, run);
      return Date.now();
    },
    streams: (count) => atOnce(count, firstToken),
    close: async () => undefined,
  };
}

await serveContender(openAiSdk);
