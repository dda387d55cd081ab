import { randomUUID } from "node:crypto";
import { tool } from "@langchain/core/tools";
import { createReactAgent } from "@langchain/langgraph/prebuilt";
import { PostgresSaver } from "@langchain/langgraph-checkpoint-postgres";
import { ChatOpenAI } from "@langchain/openai";
import { z } from "zod";
import { atOnce, serveContender, type Contender, type Settings } from "../../src/contender.ts";
import { answer, calculate, calculatorTool, instructions, prompt } from "../../src/work.ts";

/**
 * LangGraph.js with its Postgres checkpointer, as its documentation shows it: a thread per run,
 * the default durability (`async`), the default pool of ten connections. Its prebuilt agent, which
 * costs less than `createAgent` of `langchain` does, streamed as messages: `streaming: true` with
 * `invoke` would load a tokenizer over the network.
 */
async function openLangGraph({ databaseUrl, mockUrl }: Settings): Promise<Contender> {
  const checkpointer = PostgresSaver.fromConnString(databaseUrl);
  await checkpointer.setup();

  function agentOn(path: string) {
    const llm = new ChatOpenAI({
      model: "bench",
      apiKey: "bench",
      configuration: { baseURL: mockUrl + path },
    });
    const calculator = tool(({ expression }) => calculate(expression), {
      name: calculatorTool.name,
      description: calculatorTool.description,
      schema: z.object({ expression: z.string().describe("For example 12*7.") }),
    });
    const checkpointSaver = checkpointer;
    return createReactAgent({ llm, tools: [calculator], prompt: instructions, checkpointSaver });
  }
  const worker = agentOn("/runs/v1");
  const streamer = agentOn("/streams/v1");

  /** Reads a run to its end, and returns what the model said. */
  async function stream(agent: typeof worker, onText?: () => void): Promise<string> {
    let said = "";
    const messages = await agent.stream(
      { messages: [{ role: "user", content: prompt }] },
      { configurable: { thread_id: randomUUID() }, streamMode: "messages" },
    );
    for await (const [message] of messages) {
      if (message.getType() !== "ai" || message.text === "") continue;
      onText?.();
      said += message.text;
    }
    return said;
  }

  async function run(): Promise<void> {
    const text = await stream(worker);
    if (text !== answer) throw new Error(`Wrong answer: ${text}`);
  }

  async function firstToken(): Promise<number> {
    const start = performance.now();
    let first: number | undefined;
    await stream(streamer, () => (first ??= performance.now() - start));
    return first!;
  }

  return {
    async runs(count) {
      await atOnce(count, run);
      return Date.now();
    },
    streams: (count) => atOnce(count, firstToken),
    close: () => checkpointer.end(),
  };
}

await serveContender(openLangGraph);
