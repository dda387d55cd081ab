import type { BatchStatus, RowCounts, RunStatus } from "@flotilla/core";
import type { Database } from "../database.ts";

export interface BatchFigures {
  rows: number;
  counts: RowCounts;
  steps: number;
  inputTokens: number;
  outputTokens: number;
  costMicros: number;
  costIncomplete: boolean;
}

/** Rows by status and sums over the runs of each batch, in two statements for all of them. */
export async function batchFigures(db: Database, batchIds: string[]): Promise<BatchFigures[]> {
  const byStatus = await db
    .selectFrom("run")
    .select(({ cast, fn }) => [
      "batch_id",
      "status",
      // Those that runs of the batch have begun are no rows; what they cost is the batch's.
      fn.count<number>("row_no").as("count"),
      fn.sum<number>("step_count").as("steps"),
      // Postgres adds bigints up to a numeric.
      cast<number>(fn.sum("input_tokens"), "bigint").as("inputTokens"),
      cast<number>(fn.sum("output_tokens"), "bigint").as("outputTokens"),
      cast<number>(fn.sum("cost_micros"), "bigint").as("costMicros"),
      cast<number>(fn.sum("unpriced_calls"), "bigint").as("unpriced"),
    ])
    .where("batch_id", "in", batchIds)
    .groupBy(["batch_id", "status"])
    .execute();
  const inputs = await db
    .selectFrom("batch")
    .select(({ selectFrom }) => [
      "id",
      "row_count as total",
      "status",
      selectFrom("batch_row")
        .select(({ fn }) => fn.countAll<number>().as("bad"))
        .whereRef("batch_id", "=", "batch.id")
        .where("error", "is not", null)
        .$asScalar()
        .$notNull()
        .as("bad"),
    ])
    .where("id", "in", batchIds)
    .execute();
  const runs = Map.groupBy(byStatus, (row) => row.batch_id);
  const known = new Map(inputs.map((input) => [input.id, input]));
  return batchIds.map((id) => addUp(known.get(id), runs.get(id) ?? []));
}

interface StatusSums extends Omit<BatchFigures, "rows" | "counts" | "costIncomplete"> {
  unpriced: number;
  status: RunStatus;
  count: number;
}

function addUp(
  { total, bad, status }: { total: number; bad: number; status: BatchStatus } = {
    total: 0,
    bad: 0,
    status: "draft",
  },
  byStatus: StatusSums[],
): BatchFigures {
  const counts = { pending: 0, running: 0, waiting: 0, completed: 0, failed: bad, cancelled: 0 };
  const sums = { steps: 0, inputTokens: 0, outputTokens: 0, costMicros: 0 };
  let unpriced = 0;
  for (const row of byStatus) {
    counts[row.status] += row.count;
    sums.steps += row.steps;
    sums.inputTokens += row.inputTokens;
    sums.outputTokens += row.outputTokens;
    sums.costMicros += row.costMicros;
    unpriced += row.unpriced;
  }
  const unreleased = total - bad - byStatus.reduce((sum, row) => sum + row.count, 0);
  counts[status === "cancelled" ? "cancelled" : "pending"] += unreleased;
  return { rows: total, counts, ...sums, costIncomplete: unpriced > 0 };
}
