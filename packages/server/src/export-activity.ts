import type { Activity, ActivityFilter } from "@flotilla/core";
import type { StoreView } from "@flotilla/store";
import { stringify } from "csv-stringify/sync";

const entriesPerPage = 1_000;

type Reads = Pick<StoreView, "activity">;

/** Every entry as one line of JSON, newest first. */
export async function* activityJsonl(store: Reads, filter: ActivityFilter): AsyncGenerator<string> {
  for await (const entries of pages(store, filter)) {
    yield entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");
  }
}

/** Every entry as a record of CSV (RFC 4180), newest first; formulas are made harmless with a leading `'`. */
export async function* activityCsv(store: Reads, filter: ActivityFilter): AsyncGenerator<string> {
  yield stringify([columns.map(([name]) => name)]);
  for await (const entries of pages(store, filter)) {
    const records = entries.map((entry) => columns.map(([, value]) => value(entry)));
    yield stringify(records, { escape_formulas: true });
  }
}

async function* pages(store: Reads, filter: ActivityFilter): AsyncGenerator<Activity[]> {
  let before: string | undefined;
  for (;;) {
    const entries = await store.activity.list({ ...filter, before, limit: entriesPerPage });
    if (entries.length > 0) yield entries;
    if (entries.length < entriesPerPage) return;
    before = entries.at(-1)?.id;
  }
}

const columns: [string, (entry: Activity) => string | number | null][] = [
  ["at", (entry) => entry.at],
  ["id", (entry) => entry.id],
  ["organisation", (entry) => entry.organisation],
  ["environment", (entry) => entry.environment],
  ["actor_kind", (entry) => entry.actor.kind],
  ["actor_id", (entry) => entry.actor.id],
  ["actor_name", (entry) => entry.actor.name],
  ["action", (entry) => entry.action],
  ["operation", (entry) => entry.operation],
  ["resource", (entry) => entry.resource],
  ["outcome", (entry) => entry.outcome],
  ["status", (entry) => entry.status],
  ["request_id", (entry) => entry.requestId],
  ["trace_id", (entry) => entry.traceId],
  ["ip", (entry) => entry.ip],
  ["user_agent", (entry) => entry.userAgent],
  ["details", (entry) => entry.details && JSON.stringify(entry.details)],
];
