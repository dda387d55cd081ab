import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Client } from "@flotilla/api";
import { FlotillaError, type RunStatus } from "@flotilla/core";
import type { RowFormat } from "./row-file.ts";

export interface ResultsQuery {
  format: RowFormat;
  status?: RunStatus;
  /** Only these, separated by commas. */
  columns?: string;
}

/** Streams a batch's results to stdout. */
export async function writeResults(
  client: Client,
  batchId: string,
  query: ResultsQuery,
): Promise<void> {
  await pipeline(await results(client, batchId, query), process.stdout, { end: false });
}

/** Streams a batch's results into a file, which appears once it is complete. */
export async function saveResults(
  client: Client,
  batchId: string,
  query: ResultsQuery,
  path: string,
): Promise<void> {
  const partial = `${path}.partial`;
  try {
    await pipeline(await results(client, batchId, query), createWriteStream(partial));
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

async function results(client: Client, batchId: string, query: ResultsQuery): Promise<Readable> {
  const { body } = await client.batches.export(batchId, query);
  if (!body) throw new FlotillaError("unavailable", "The server sent no results.");
  return Readable.fromWeb(body as never);
}
