import type { InboxAnswered, InboxAnswering } from "@flotilla/api";
import { answerActions, type InboxItem } from "@flotilla/core";
import { client } from "../../data/client.ts";

export type BulkAnswer = InboxAnswering["answer"];
type Action = BulkAnswer["action"];

/** A request takes so many. */
const perRequest = 1_000;

/** Answers that many can be given alike. What a call's result was, or a reply, is each one's own. */
const alike: ReadonlySet<Action> = new Set(["approve", "reject", "redo", "fail"]);

/** The answers that all of them take. */
export function commonActions(items: readonly InboxItem[]): Action[] {
  if (items.length === 0) return [];
  return [...alike].filter((action) =>
    items.every(({ kind }) => (answerActions[kind] as readonly string[]).includes(action)),
  );
}

/** Gives all of them the same answer; an approval is bound to the hash of each, as it was shown. */
export async function answerAll(
  items: readonly InboxItem[],
  answer: BulkAnswer,
): Promise<Pick<InboxAnswered, "answered" | "refused">> {
  let answered = 0;
  const refused: InboxAnswered["refused"] = [];
  for (let start = 0; start < items.length; start += perRequest) {
    const interrupts = items
      .slice(start, start + perRequest)
      .map(({ runId, interruptId, hash }) => ({ runId, interruptId, hash: hash ?? undefined }));
    const done = await client.inbox.answer({ answer, interrupts });
    answered += done.answered;
    refused.push(...done.refused);
  }
  return { answered, refused };
}
