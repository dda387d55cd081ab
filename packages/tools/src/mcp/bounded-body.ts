import { AsyncLocalStorage } from "node:async_hooks";
import { FlotillaError } from "@flotilla/core";

export interface BodyBounds {
  /** Of one message, or of a body that is no stream of events. */
  messageBytes: number;
  /** Of all messages of a stream. */
  streamBytes: number;
  streamMessages: number;
}

/** What the answers to all requests of a piece of work may have together. */
export const byteBudget = new AsyncLocalStorage<{ left: number }>();

const lineFeed = 10;
const carriageReturn = 13;

/**
 * The answer, whose body ends with an error once it is larger than it may be. Of a stream of events each one counts, and all
 * together: a server that never stops talking is cut off, and keeps no more than a message in memory.
 */
export function boundBody(answer: Response, bounds: BodyBounds, onExcess: () => void): Response {
  if (!answer.body) return answer;
  const isStream = answer.headers.get("content-type")?.includes("text/event-stream") ?? false;
  const count = isStream ? countEvents(bounds) : countBytes(bounds.messageBytes);
  const budget = byteBudget.getStore();
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      if (budget) budget.left -= chunk.length;
      const isSpent = budget && budget.left < 0;
      const problem = isSpent ? "sent more than it may of a list" : count(chunk);
      if (problem === undefined) {
        controller.enqueue(chunk);
        return;
      }
      onExcess();
      controller.error(new FlotillaError("tool_failed", `The server ${problem}.`));
    },
  });
  const { status, statusText, headers } = answer;
  const bounded = new Response(answer.body.pipeThrough(counted), { status, statusText, headers });
  Object.defineProperty(bounded, "url", { value: answer.url });
  return bounded;
}

type Count = (chunk: Uint8Array) => string | undefined;

function countBytes(most: number): Count {
  let bytes = 0;
  return (chunk) => {
    bytes += chunk.length;
    return bytes > most ? `sent more than ${most} bytes in one message` : undefined;
  };
}

function countEvents({ messageBytes, streamBytes, streamMessages }: BodyBounds): Count {
  let total = 0;
  let ofThis = 0;
  let messages = 0;
  let isLineEmpty = true;
  return (chunk) => {
    total += chunk.length;
    if (total > streamBytes) return `sent more than ${streamBytes} bytes in one stream`;
    for (const byte of chunk) {
      if (byte === carriageReturn) continue;
      ofThis += 1;
      if (byte !== lineFeed) {
        isLineEmpty = false;
      } else if (isLineEmpty) {
        ofThis = 0;
        messages += 1;
      } else {
        isLineEmpty = true;
      }
      if (ofThis > messageBytes) return `sent more than ${messageBytes} bytes in one message`;
      if (messages > streamMessages) return `sent more than ${streamMessages} messages in a stream`;
    }
    return undefined;
  };
}
