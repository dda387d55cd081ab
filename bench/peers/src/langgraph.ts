import { randomUUID } from "node:crypto";
import { PostgresSaver } from "@langchain/langgraph-checkpoint-postgres";
import { ChatOpenAI } from "@langchain/openai";
import { createAgent, tool } from "langchain";
import { z } from "zod";
import {
  atOnce,
  serveContender,
  type Contender,
  type Settings,
} from "../../src/contender.ts";
import { answer, calculate, calculatorTool, instructions, prompt } from "../../src/work.ts";

/**
 * LangGraph.js with its Postgres checkpointer, as its documentation shows it: a thread per run,
 * the default durability (`async`), the default pool of ten connections.
 */
async function openLangGraph({ databaseUrl, mockUrl }: Settings): Promise<Contender> {
  const checkpointer = PostgresSaver.fromConnString(databaseUrl);
  await checkpointer.setup();

  function agentOn(path: string) {
    const model = new ChatOpenAI({
      model: "bench",
      apiKey: "bench",
      streaming: true,
      configuration: { baseURL: mockUrl + path },
    });
    const calculator = tool(({ expression }) => calculate(expression), {
      name: calculatorTool.name,
      description: calculatorTool.description,
      schema: z.object({ expression: z.string().describe("For example 12*7.") }),
    });
    return createAgent({ model, tools: [calculator], systemPrompt: instructions, checkpointer });
  }
  const worker = agentOn("/runs/v1");
  const streamer = agentOn("/streams/v1");

  const input = () => ({ messages: [{ role: "user", content: prompt }] });
  const thread = () => ({ configurable: { thread_id: randomUUID() } });

  async function run(): Promise<void> {
    const { messages } = await worker.invoke(input(), thread());
    const text = messages.at(-1)?.text;
    if (text !== answer) throw new Error(`Wrong answer: ${text}`);
  }

  async function firstToken(): Promise<number> {
    const start = performance.now();
    let first: number | undefined;
    const stream = await streamer.stream(input(), { ...thread(), streamMode: "messages" });
    for await (const [message] of stream) {
      if (message.text !== "") first ??= performance.now() - start;
    }
    return first!;
  }

  return {
    runs: async (count) => void (await atOnce(count, run)),
    streams: (count) => atOnce(count, firstToken),
    close: () => checkpointer.end(),
  };
}

await serveContender(openLangGraph);
