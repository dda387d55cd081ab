import { FlotillaError, type ToolContext } from "@flotilla/core";
import { z } from "zod";
import { openThreads } from "../thread/open-threads.ts";
import { ThreadError } from "../thread/thread-error.ts";
import type { Drawn, DrawWork } from "./draw-thread.ts";

const timeoutMs = 30_000;
const mostBytes = 512 * 2 ** 20;

const threads = openThreads<DrawWork, Drawn>({
  script: new URL("./draw-thread.ts", import.meta.url),
  name: "drawings",
  most: 2,
  memoryBytes: mostBytes,
  bufferBytes: mostBytes,
});

/** What the file is called, without an ending. */
export const drawingName = z
  .string()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,99}$/u, "a name has letters, digits, spaces, . _ and -");

export const drawnSchema = z.strictObject({
  svg: z.string().describe("the artifact of the SVG"),
  png: z.string().describe("the artifact of the PNG"),
  width: z.int().describe("of the PNG, in pixels"),
  height: z.int(),
});

/** Draws in a thread of its own, and keeps the SVG and the PNG as artifacts. Rejects with `tool_failed`. */
export async function draw(
  work: DrawWork,
  name: string,
  context: ToolContext,
): Promise<z.infer<typeof drawnSchema>> {
  const drawn = await threads
    .run(work, { timeoutMs, signal: context.signal })
    .catch((error: unknown) => {
      throw error instanceof ThreadError ? failure(error) : error;
    });
  const { width, height } = drawn;
  const svg = await context.keep({
    name: `${name}.svg`,
    mediaType: "image/svg+xml",
    content: Buffer.from(drawn.svg),
  });
  const png = await context.keep({
    name: `${name}.png`,
    mediaType: "image/png",
    content: drawn.png,
  });
  return { svg: svg.id, png: png.id, width, height };
}

function failure(error: ThreadError): FlotillaError {
  const { how, message, remedy } = error;
  const ends = {
    time: `It took longer than ${timeoutMs / 1_000} s`,
    memory: "It needs too much memory",
    failed: message,
  };
  return new FlotillaError("tool_failed", `It cannot be drawn. ${ends[how].replace(/\.$/, "")}.`, {
    remedy: remedy ?? "Draw less: fewer rows, shapes or repetitions.",
    cause: error,
  });
}
