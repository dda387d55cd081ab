import { parentPort } from "node:worker_threads";

/** What goes over to a thread, and what comes back. */
export type FromThread<O> =
  | { ok: true; value: O }
  | { ok: false; message: string; name: string; remedy?: string };

/** Makes this thread one that does a piece of work for each message; see `openThreads`. */
export function serveThread<O>(work: (input: never) => O | Promise<O>): void {
  const port = parentPort;
  if (!port) throw new Error("this file is the script of a thread");
  port.on("message", (input: unknown) => {
    void answer(work, input as never).then((message) => port.postMessage(message));
  });
}

async function answer<O>(
  work: (input: never) => O | Promise<O>,
  input: never,
): Promise<FromThread<Awaited<O>>> {
  try {
    return { ok: true, value: await work(input) };
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    const { message, name } = error;
    const remedy = "remedy" in error ? String(error.remedy) : undefined;
    return { ok: false, message, name, ...(remedy !== undefined && { remedy }) };
  }
}
