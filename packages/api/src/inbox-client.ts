import type { InboxItem, InterruptComment, RunSummary } from "@flotilla/core";
import type { InboxAnswered, InboxAnswering, InboxQuery } from "./inbox.ts";
import type { Interrupt, InterruptAnswering } from "./interrupt.ts";
import type { Page, PageQuery } from "./page.ts";
import type { Transport } from "./transport.ts";

/** What waits for people. */
export function inboxClient(http: Transport) {
  return {
    list: (query: InboxQuery = {}) =>
      http.json<Page<InboxItem>>("GET", "/inbox", { query: query as never }),
    /** The next thousand; call again with `next` until it is null. */
    answer: (answering: InboxAnswering) =>
      http.json<InboxAnswered>("POST", "/inbox/answer", { json: answering }),
  };
}

/** One of them, with all that is needed to answer it. */
export function interruptClient(http: Transport) {
  const path = (runId: string, interruptId: string) =>
    `/runs/${encodeURIComponent(runId)}/interrupts/${encodeURIComponent(interruptId)}`;
  return {
    get: (runId: string, interruptId: string) =>
      http.json<Interrupt>("GET", path(runId, interruptId)),
    answer: (runId: string, interruptId: string, answer: InterruptAnswering) =>
      http.json<RunSummary>("POST", `${path(runId, interruptId)}/answer`, { json: answer }),
    assign: (runId: string, interruptId: string, userId: string | null) =>
      http.json<Interrupt>("PUT", `${path(runId, interruptId)}/assignee`, { json: { userId } }),
    comments: (runId: string, interruptId: string, query: PageQuery = {}) =>
      http.json<Page<InterruptComment>>("GET", `${path(runId, interruptId)}/comments`, {
        query: query as never,
      }),
    comment: (runId: string, interruptId: string, text: string) =>
      http.json<InterruptComment>("POST", `${path(runId, interruptId)}/comments`, {
        json: { text },
      }),
  };
}
