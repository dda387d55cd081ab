import type { BatchRow } from "@flotilla/api";
import { Agent } from "undici";
import { atOnce, serveContender, type Contender, type Settings } from "./contender.ts";
import { startPlatform, type FlotillaPlatform } from "./flotilla-platform.ts";
import { streamRun } from "./flotilla-stream.ts";
import { answer, instructions, prompt } from "./work.ts";

const rowsPerPage = 1_000;

/**
 * Flotilla, black box: the platform's own processes, asked over HTTP. Runs are the rows of a batch,
 * streams are single runs that are followed from the start. What the asking itself costs is this
 * process's, and not counted.
 */
async function openFlotilla(settings: Settings): Promise<Contender> {
  const platform = await startPlatform(settings);
  const { client, url, processes } = platform;
  const tools = ["calculator"];
  await client.agents.apply({ name: "bench", model: "bench/bench", instructions, tools });
  await client.agents.apply({ name: "bench-streams", model: "bench-streams/bench", instructions });
  const connections = new Agent({ connections: null });

  return {
    processes,
    runs: (count) => runBatch(platform, count),
    streams: (count) =>
      atOnce(count, () => streamRun(connections, url, { agent: "bench-streams", text: prompt })),
    async close() {
      await connections.close();
      await platform.stop();
    },
  };
}

async function runBatch({ client }: FlotillaPlatform, count: number): Promise<number> {
  const batch = await client.batches.create({
    name: `${count} runs at once`,
    agent: "bench",
    template: "{{question}}",
    rows: Array.from({ length: count }, () => ({ question: prompt })),
    concurrency: count,
    start: true,
  });
  for await (const message of client.batches.stream(batch.id)) {
    if (message.type === "progress" && message.progress.status === "completed") break;
  }
  let lastEnd = 0;
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await client.batches.rows(batch.id, {
      limit: rowsPerPage,
      ...(cursor && { cursor }),
    });
    for (const row of page.items) lastEnd = Math.max(lastEnd, endOf(row));
    cursor = page.nextCursor;
  }
  return lastEnd;
}

/** When the row's run ended, in Unix milliseconds. Throws when it did not end with the answer. */
function endOf(row: BatchRow): number {
  if (row.output === answer && row.endedAt) return Date.parse(row.endedAt);
  throw new Error(`Row ${row.row}: ${row.status}, ${JSON.stringify(row.error ?? row.output)}`);
}

await serveContender(openFlotilla);
