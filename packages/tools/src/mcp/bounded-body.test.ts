import { expect, it } from "vitest";
import { boundBody, byteBudget } from "./bounded-body.ts";

const bounds = { messageBytes: 20, streamBytes: 100, streamMessages: 4 };
const stream = { headers: { "content-type": "text/event-stream" } };

function read(body: string | string[], init: ResponseInit = {}): Promise<string> {
  const chunks = [body].flat();
  const source = new ReadableStream({
    pull(controller) {
      const chunk = chunks.shift();
      if (chunk === undefined) controller.close();
      else controller.enqueue(new TextEncoder().encode(chunk));
    },
  });
  return boundBody(new Response(source, init), bounds, () => undefined).text();
}

it("a body is read up to its bound", async () => {
  expect(await read("x".repeat(20))).toHaveLength(20);
  await expect(read("x".repeat(21))).rejects.toThrow(/20 bytes in one message/);
});

it("of a stream each event has the bound, and all together have another", async () => {
  const event = "data: 123456\n\n";
  expect(await read([event, event, event.slice(0, 5), event.slice(5)], stream)).toHaveLength(42);
  await expect(read(["data: 1234567890", "1234567890"], stream)).rejects.toThrow(/one message/);
  await expect(read([event, event, event, event, event], stream)).rejects.toThrow(/4 messages/);
  const comment = `${":\n".repeat(3)}\n`;
  await expect(read(Array(40).fill(comment), stream)).rejects.toThrow(/stream/);
});

it("lines that end with carriage returns end events too", async () => {
  const event = "data: 12\r\n\r\n";
  expect(await read([event, event, event, event], stream)).toHaveLength(48);
});

it("answers of one piece of work have a bound together", async () => {
  await byteBudget.run({ left: 30 }, async () => {
    await read("x".repeat(20));
    await expect(read("x".repeat(20))).rejects.toThrow(/of a list/);
  });
});
