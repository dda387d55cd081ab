import { FlotillaError } from "@flotilla/core";
import { openThreads } from "../thread/open-threads.ts";
import { ThreadError } from "../thread/thread-error.ts";
import type { ParsedDocument, ParseOptions } from "./document.ts";
import type { ReadWork } from "./read-thread.ts";

/** Documents that are larger are not read. */
export const mostDocumentBytes = 50 * 2 ** 20;

const timeoutMs = 60_000;
const mostBytes = 512 * 2 ** 20;

const threads = openThreads<ReadWork, ParsedDocument>({
  script: new URL("./read-thread.ts", import.meta.url),
  name: "documents",
  most: 2,
  memoryBytes: mostBytes,
  bufferBytes: mostBytes,
});

/**
 * Reads a document in a thread of its own, so that one which is made to use things up ends that thread alone.
 * Rejects with `tool_failed` saying what is wrong with it, and with the signal's reason.
 */
export async function parseDocument(
  content: Uint8Array,
  name: string,
  options: ParseOptions,
  signal: AbortSignal,
): Promise<ParsedDocument> {
  // A copy: what is handed over is gone here.
  const own = new Uint8Array(content);
  try {
    const work = { content: own, name, options };
    return await threads.run(work, { timeoutMs, signal, transfer: [own.buffer] });
  } catch (error) {
    throw error instanceof ThreadError ? asFailure(error) : error;
  }
}

function asFailure(error: ThreadError): FlotillaError {
  if (error.thrown === "UnreadableError") {
    const { message, remedy } = error;
    return new FlotillaError("tool_failed", message, { ...(remedy !== undefined && { remedy }) });
  }
  return new FlotillaError("tool_failed", `The document cannot be read: ${endOf(error)}.`, {
    remedy: "Ask for another copy, or for the part that matters; it may be made to use things up.",
    cause: error,
  });
}

function endOf({ how, message, thrown }: ThreadError): string {
  if (how === "time") return `it took longer than ${timeoutMs / 1_000} s`;
  if (how === "memory") return `it needed more than ${mostBytes / 2 ** 20} MiB of memory`;
  return thrown === "RangeError" ? "it is nested too deeply" : message;
}
