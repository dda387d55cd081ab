import type { BatchRow, Client } from "@flotilla/api";

const rowsPerPage = 1_000;

/**
 * Runs a batch with a row for each prompt, all at once, and follows it to its end. Returns the
 * rows in the order of the prompts.
 */
export async function runBatch(
  client: Client,
  agent: string,
  prompts: string[],
): Promise<BatchRow[]> {
  const batch = await client.batches.create({
    name: `${prompts.length} at once`,
    agent,
    template: "{{question}}",
    rows: prompts.map((question) => ({ question })),
    concurrency: prompts.length,
    start: true,
  });
  for await (const message of client.batches.stream(batch.id)) {
    if (message.type === "progress" && message.progress.status === "completed") break;
  }
  const rows: BatchRow[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await client.batches.rows(batch.id, {
      limit: rowsPerPage,
      ...(cursor && { cursor }),
    });
    rows.push(...page.items);
    cursor = page.nextCursor;
  }
  return rows.toSorted((a, b) => a.row - b.row);
}
