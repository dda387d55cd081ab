import type { BatchRow } from "@flotilla/api";
import { Agent } from "undici";
import { atOnce, serveContender, type Contender, type Settings } from "./contender.ts";
import { runBatch } from "./flotilla-batch.ts";
import { startPlatform } from "./flotilla-platform.ts";
import { streamRun } from "./flotilla-stream.ts";
import { answer, instructions, prompt } from "./work.ts";

/**
 * Flotilla, black box: the platform's own processes, asked over HTTP. Runs are the rows of a batch,
 * streams are single runs that are followed from the start. What the asking itself costs is this
 * process's, and not counted.
 */
async function openFlotilla({ databaseUrl, mockUrl }: Settings): Promise<Contender> {
  const platform = await startPlatform({
    databaseUrl,
    workers: 1,
    providers: { bench: `${mockUrl}/runs/v1`, "bench-streams": `${mockUrl}/streams/v1` },
  });
  const { client, url, processes } = platform;
  const tools = ["calculator"];
  await client.agents.apply({ name: "bench", model: "bench/bench", instructions, tools });
  await client.agents.apply({ name: "bench-streams", model: "bench-streams/bench", instructions });
  const connections = new Agent({ connections: null });

  return {
    processes,
    async runs(count) {
      const prompts = Array.from({ length: count }, () => prompt);
      const rows = await runBatch(client, "bench", prompts);
      return rows.reduce((lastEnd, row) => Math.max(lastEnd, endOf(row)), 0);
    },
    streams: (count) =>
      atOnce(count, () => streamRun(connections, url, { agent: "bench-streams", text: prompt })),
    async close() {
      await connections.close();
      await platform.stop();
    },
  };
}

/** When the row's run ended, in Unix milliseconds. Throws when it did not end with the answer. */
function endOf(row: BatchRow): number {
  if (row.output === answer && row.endedAt) return Date.parse(row.endedAt);
  throw new Error(`Row ${row.row}: ${row.status}, ${JSON.stringify(row.error ?? row.output)}`);
}

await serveContender(openFlotilla);
