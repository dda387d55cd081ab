import type { Event } from "@flotilla/core";

/** So many events are asked for at a time: as many as the server gives. */
const pageSize = 1_000;

/** A page of events after that one, as the API's client gives it. */
type ReadPage = (query: {
  after: number;
  limit: number;
}) => Promise<{ items: Event[]; nextAfter: number | null }>;

/** The whole journal as JSON lines, page by page. A run under way ends with its newest event. */
export async function readJournal(read: ReadPage): Promise<Blob> {
  const pages: string[] = [];
  for (let after: number | null = 0; after !== null;) {
    const page = await read({ after, limit: pageSize });
    pages.push(page.items.map((event) => `${JSON.stringify(event)}\n`).join(""));
    after = page.nextAfter;
  }
  return new Blob(pages, { type: "application/jsonl" });
}
