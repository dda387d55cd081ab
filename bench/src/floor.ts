import { randomUUID } from "node:crypto";
import pg from "pg";
import { Agent } from "undici";
import { streamChat, type ChatMessage, type ChatRequest } from "./chat-stream.ts";
import { atOnce, serveContender, type Contender, type Settings } from "./contender.ts";
import { openGroupCommit } from "./group-commit.ts";
import { answer, calculate, calculatorTool, instructions, prompt } from "./work.ts";

/**
 * The floor: what the work costs by hand, each step committed to Postgres before the next begins,
 * with no framework and nothing else that a platform does. Its streams are the bare mock, the
 * figure from which everyone's first-token overhead is counted.
 */
async function openFloor({ databaseUrl, mockUrl }: Settings): Promise<Contender> {
  const agent = new Agent({ connections: null });
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const append = await openGroupCommit(client);

  async function run(): Promise<void> {
    const runId = randomUUID();
    const request = newRequest();
    const tools = [{ type: "function", function: calculatorTool }];
    for (let seq = 1; ;) {
      const message = await streamChat(agent, mockUrl, "/runs/v1/chat/completions", {
        ...request,
        tools,
      });
      await append({ runId, seq: seq++, type: "step.completed", data: message });
      request.messages.push(message);
      if (!message.tool_calls) return expectAnswer(message);
      for (const call of message.tool_calls) {
        const { expression } = JSON.parse(call.function.arguments) as { expression: string };
        const output = calculate(expression);
        await append({ runId, seq: seq++, type: "effect.done", data: { id: call.id, output } });
        request.messages.push({ role: "tool", tool_call_id: call.id, content: output });
      }
    }
  }

  async function firstToken(): Promise<number> {
    const start = performance.now();
    let first: number | undefined;
    await streamChat(agent, mockUrl, "/streams/v1/chat/completions", newRequest(), () => {
      first ??= performance.now() - start;
    });
    return first!;
  }

  return {
    async runs(count) {
      await atOnce(count, run);
      return Date.now();
    },
    streams: (count) => atOnce(count, firstToken),
    async close() {
      await agent.close();
      await client.end();
    },
  };
}

function newRequest(): ChatRequest {
  const messages: ChatMessage[] = [
    { role: "system", content: instructions },
    { role: "user", content: prompt },
  ];
  return { model: "bench", stream: true, messages };
}

function expectAnswer(message: ChatMessage): void {
  if (message.content !== answer) throw new Error(`Wrong answer: ${message.content}`);
}

await serveContender(openFloor);
