import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { answerTokens, calculatorTool, expressions } from "./work.ts";

/**
 * A model provider that speaks the streaming chat completions format of OpenAI, as a process of
 * its own. It keeps nothing: the turn is the number of assistant messages in the request. Bodies
 * are made once, so that it costs little beside the contenders.
 *
 * `/runs/v1` asks for a tool call in turns 1 to 4 and answers in turn 5, each after the latency in
 * one write. `/streams/v1` answers at once, a token at a time. `/served` counts the answers.
 */
const latencyMs = Number(process.env.LATENCY_MS ?? 200);
const tokenDelayMs = Number(process.env.TOKEN_DELAY_MS ?? 20);
const streamedTokens = Number(process.env.TOKENS ?? 50);

const assistant = Buffer.from('"role":"assistant"');
const headers = { "content-type": "text/event-stream", "cache-control": "no-cache" };
const served = { "/runs/v1/chat/completions": 0, "/streams/v1/chat/completions": 0 };

const turns = [
  ...expressions.map((expression, index) => toolTurn(index + 1, expression)),
  textTurn(expressions.length + 1, answerTokens),
].map((events) => Buffer.from(events.join("")));
const longAnswer = Array.from(
  { length: streamedTokens },
  (_, index) => answerTokens[index % answerTokens.length]!,
);
const stream = textTurn(1, longAnswer).map((chunk) => Buffer.from(chunk));

const server = createServer((request, response) => {
  const url = request.url as keyof typeof served;
  if (request.url === "/served") return void response.end(JSON.stringify(served));
  if (!(url in served)) return void response.writeHead(404).end();
  const body: Buffer[] = [];
  request.on("data", (chunk: Buffer) => body.push(chunk));
  request.on("end", () => {
    const turn = countAssistantMessages(body.length === 1 ? body[0]! : Buffer.concat(body));
    const send = url.startsWith("/runs") ? () => sendTurn(response, turn) : () => drip(response);
    setTimeout(() => {
      served[url]++;
      send();
    }, latencyMs);
  });
});
server.keepAliveTimeout = 120_000;
server.requestTimeout = 0;
server.listen(0, "127.0.0.1", 4_096, () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ ready: true, url: `http://127.0.0.1:${port}` })}\n`);
});
process.stdin.resume().once("end", () => process.exit());
process.once("disconnect", () => process.exit());

function sendTurn(response: ServerResponse, turn: number): void {
  response.writeHead(200, headers);
  response.end(turns[Math.min(turn, turns.length - 1)]);
}

/** The first token now, one more each delay; the closing chunks go with the last one. */
function drip(response: ServerResponse): void {
  let next = 0;
  response.writeHead(200, headers);
  response.write(stream[next++]);
  const timer = setInterval(() => {
    if (next < streamedTokens) return void response.write(stream[next++]);
    clearInterval(timer);
    response.end(Buffer.concat(stream.slice(next)));
  }, tokenDelayMs);
  response.on("close", () => clearInterval(timer));
}

function countAssistantMessages(body: Buffer): number {
  let count = 0;
  for (let at = body.indexOf(assistant); at >= 0; at = body.indexOf(assistant, at + 1)) count++;
  return count;
}

function toolTurn(turn: number, expression: string): string[] {
  const name = calculatorTool.name;
  const call = {
    index: 0,
    id: `call_${turn}`,
    type: "function",
    function: { name, arguments: "" },
  };
  const pieces = ['{"expres', 'sion":"', expression, '"}'];
  return chunks(turn, "tool_calls", [
    { role: "assistant", content: null, tool_calls: [call] },
    ...pieces.map((piece) => ({ tool_calls: [{ index: 0, function: { arguments: piece } }] })),
  ]);
}

function textTurn(turn: number, tokens: readonly string[]): string[] {
  const deltas = tokens.map((content) => ({ content }));
  return chunks(turn, "stop", [{ role: "assistant", ...deltas[0] }, ...deltas.slice(1)]);
}

/** A chunk per delta, then the finish, the usage and the terminal marker, a chunk each. */
function chunks(turn: number, finish: string, deltas: object[]): string[] {
  const envelope = {
    // Of its own in each turn: LangGraph.js takes messages with one id for one message.
    id: `chatcmpl-${turn}`,
    object: "chat.completion.chunk",
    created: 1_700_000_000,
    model: "bench",
  };
  const tokens = deltas.length;
  const usage = { prompt_tokens: 120, completion_tokens: tokens, total_tokens: 120 + tokens };
  return [
    ...deltas.map((delta) => ({ choices: [{ index: 0, delta, finish_reason: null }] })),
    { choices: [{ index: 0, delta: {}, finish_reason: finish }] },
    { choices: [], usage },
  ]
    .map((body) => `data: ${JSON.stringify({ ...envelope, ...body })}\n\n`)
    .concat("data: [DONE]\n\n");
}
