import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { FlotillaError } from "@flotilla/core";

/** Streams what the server sent to stdout, or into a file, which appears once it is complete. */
export async function writeContent({ body }: Response, path: string | undefined): Promise<void> {
  if (!body) throw new FlotillaError("unavailable", "The server sent no content.");
  const content = Readable.fromWeb(body as never);
  if (path === undefined) {
    await pipeline(content, process.stdout, { end: false });
    return;
  }
  const partial = `${path}.partial`;
  try {
    await pipeline(content, createWriteStream(partial));
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
