import type { Log } from "@flotilla/core";
import type { Context } from "hono";
import type { ServerEnv } from "../app-parts.ts";

/**
 * Answers with text that is made while it is sent. When making it fails, the connection is cut:
 * half a file must not look like a whole one.
 */
export function answerFile(
  c: Context<ServerEnv>,
  log: Log,
  chunks: AsyncGenerator<string>,
): Response {
  const encoder = new TextEncoder();
  const { requestId } = c.var;
  const outgoing = c.env?.outgoing;
  let left = false;
  return c.body(
    new ReadableStream<Uint8Array>({
      async pull(controller) {
        try {
          const { value, done } = await chunks.next();
          if (left) return;
          if (done) controller.close();
          else controller.enqueue(encoder.encode(value));
        } catch (error) {
          log.error({ err: error, requestId }, "a file was cut off");
          // Closing the connection also cancels this stream.
          if (outgoing) outgoing.destroy();
          else controller.error(error);
        }
      },
      async cancel() {
        left = true;
        await chunks.return(undefined);
      },
    }),
  );
}
