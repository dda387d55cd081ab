import type { Page } from "@flotilla/api";
import type { RunSummary } from "@flotilla/core";
import type { RunFilter, StoreView } from "@flotilla/store";
import { encodeCursor, pageOf } from "./page.ts";

/** How many runs a page looks at for what no index answers: some tens of milliseconds. */
const mostLookedAt = 20_000;

/** A page of runs, newest first; it may hold few although there is a next one. */
export async function runPage(store: StoreView, filter: RunFilter): Promise<Page<RunSummary>> {
  const from = isSought(filter) ? await store.runs.horizon(filter, mostLookedAt) : undefined;
  const found = await store.runs.list({ ...filter, from, limit: filter.limit + 1 });
  const page = pageOf(found, filter.limit, (run) => run.runId);
  if (page.nextCursor !== null || from === undefined) return page;
  return { ...page, nextCursor: encodeCursor(from) };
}

function isSought({ text, minCostMicros, maxCostMicros }: RunFilter): boolean {
  return text !== undefined || minCostMicros !== undefined || maxCostMicros !== undefined;
}
