import type { InboxChange } from "@flotilla/api";
import type { InboxItem } from "@flotilla/core";

/** What waits, by key. */
export type InboxState = ReadonlyMap<string, InboxItem>;

/** How an item is named in streams, lists and addresses. */
export function keyOf({ runId, interruptId }: Pick<InboxItem, "runId" | "interruptId">): string {
  return `${runId} ${interruptId}`;
}

/** The inbox after what came and went. */
export function afterChanges(state: InboxState, changes: readonly InboxChange[]): InboxState {
  const next = new Map(state);
  for (const { whole, items, gone } of changes) {
    if (whole) next.clear();
    for (const key of gone) next.delete(key);
    for (const item of items) next.set(keyOf(item), item);
  }
  return next;
}

export interface InboxFilter {
  kind?: InboxItem["kind"] | undefined;
  agent?: string | undefined;
}

/** What a filter lets through, the oldest first. */
export function shownItems(
  state: InboxState,
  { kind, agent }: InboxFilter,
  isMine: (item: InboxItem) => boolean,
): InboxItem[] {
  return [...state.values()]
    .filter(
      (item) =>
        (kind === undefined || item.kind === kind) &&
        (agent === undefined || item.agentName === agent) &&
        isMine(item),
    )
    .toSorted((a, b) => (a.raisedAt < b.raisedAt ? -1 : a.raisedAt > b.raisedAt ? 1 : 0));
}

/** What asks the same as those that are chosen: of the same kind, agent and tool as any of them. */
export function likeIt(items: readonly InboxItem[], marked: readonly InboxItem[]): InboxItem[] {
  const groups = new Set(marked.map(groupOf));
  return items.filter((item) => groups.has(groupOf(item)));
}

function groupOf({ kind, agentName, tool }: InboxItem): string {
  return JSON.stringify([kind, agentName, tool]);
}
