import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { FlotillaError } from "@flotilla/core";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, calculator, openTestModels, providerNames, script } from "../test/ask.ts";
import type { Models } from "./models.ts";
import { startSimulator, type Simulator } from "./simulated/simulator.ts";

let simulator: Simulator;
let server: Server;
let models: Models;
/** What the server answers: the whole body that a simulator sent, or what the test makes of it. */
let answer = (whole: Buffer): Buffer => whole;

beforeAll(async () => {
  simulator = await startSimulator();
  server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks);
      const headers = { "content-type": "application/json" };
      const init = { method: "POST", headers, body };
      const whole = await (await fetch(`${simulator.url}${request.url}`, init)).arrayBuffer();
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end(answer(Buffer.from(whole)));
    })();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  models = openTestModels(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});

afterAll(async () => {
  await models.close();
  server.close();
  await simulator.close();
});

const call = { tool: "calculator", input: { expression: "12345 * 67890 + 13579" } };
const messages = [script({ text: "Two sums, “please” 🦊.", calls: [call, call] })];
const asked = { messages, tools: [calculator] };

describe.each(providerNames)("over %s", (provider) => {
  const model = `${provider}/script`;

  test("a body that ends at any byte before the last event is a broken stream", async () => {
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 0.001, max: 0.999, noNaN: true }), async (part) => {
        answer = (whole) => {
          const done = whole.lastIndexOf("data: [DONE]");
          // The one line that is the last event of a chat needs no end of its line.
          const end = done < 0 ? whole.length : done + "data: [DONE]".length;
          return whole.subarray(0, Math.max(1, Math.floor(part * (end - 1))));
        };
        const error = await failure(model);
        expect(error).toMatchObject({ code: "model_stream_broken", transient: true });
      }),
      { numRuns: 120 },
    );
  });

  test("what follows the last event is not read", async () => {
    answer = (whole) => Buffer.concat([whole, Buffer.from("data: {nonsense\n\n")]);
    const { completed } = await ask(models, model, asked);
    expect(completed.message.content).toHaveLength(3);
  });
});

test.each([
  ["rate_limit_exceeded", "Slow down.", "model_rate_limited"],
  ["insufficient_quota", "You exceeded your current quota.", "model_quota_exhausted"],
  ["server_error", "Something went wrong.", "model_stream_broken"],
])(
  "a response that failed with %s says so, at once and midway",
  async (code, message, expected) => {
    const data = {
      type: "response.failed",
      sequence_number: 1,
      response: { id: "r", status: "failed", error: { code, message } },
    };
    const failed = Buffer.from(`event: response.failed\ndata: ${JSON.stringify(data)}\n\n`);
    for (const part of [0, 0.7]) {
      answer = (whole) => {
        const events = whole.toString().split(/(?<=\n\n)/);
        const before = events.slice(0, Math.floor(events.length * part)).join("");
        return Buffer.concat([Buffer.from(before), failed]);
      };
      const error = await failure("openai-responses/script");
      expect(error).toMatchObject({ code: expected });
      expect(error.message).toContain(message);
    }
  },
);

function failure(model: string): Promise<FlotillaError> {
  return ask(models, model, asked).then(
    ({ completed }) => expect.unreachable(`completed: ${JSON.stringify(completed)}`),
    (error: FlotillaError) => error,
  );
}
