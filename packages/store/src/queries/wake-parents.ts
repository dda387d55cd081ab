import type pg from "pg";
import { dueChannel } from "../notifier.ts";
import { inTransaction } from "../transaction.ts";

/** News that one call looks at. */
const chunk = 1_000;

const takeSql = `
UPDATE run SET tree_news = false
WHERE id IN (
  SELECT id FROM run WHERE tree_news ORDER BY id LIMIT ${chunk} FOR UPDATE SKIP LOCKED
)
RETURNING id, parent_id, status, waits_for_children IS NOT NULL AS waits`;

/**
 * A parent that waits for all of its children is due when none of them is left; one that waits for any,
 * when one has ended whose end is not in its journal yet.
 */
const wakeSql = `
UPDATE run SET segment = segment + 1, queued_at = NULL, waits_for_children = NULL
WHERE id = ANY ($1) AND status = 'waiting' AND waits_for_children IS NOT NULL AND (
  NOT EXISTS (
    SELECT FROM run child
    WHERE child.parent_id = run.id AND child.status IN ('pending', 'running', 'waiting')
  ) OR waits_for_children = 'any' AND (
    SELECT count(*) FROM run child
    WHERE child.parent_id = run.id AND child.status IN ('completed', 'failed', 'cancelled')
  ) > (SELECT count(*) FROM event WHERE run_id = run.id AND type = 'child.ended')
)
RETURNING pg_notify('${dueChannel}', '')`;

interface News {
  id: string;
  parent_id: string | null;
  status: string;
  waits: boolean;
}

/**
 * Makes the parents due whose children have ended. It looks at news alone: a child's end, and the
 * beginning of a parent's wait, each of which is noted in the statement that makes it so. Whichever of
 * them is looked at last sees all the others, so none is missed, and what waits costs nothing.
 *
 * @returns whether there may be more news
 */
export async function wakeParents(pool: pg.Pool): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<News>({ name: "take_tree_news", text: takeSql });
    const parents = new Set(rows.flatMap(parentsOf));
    // In a statement of its own: it has to see what was committed before the news was taken.
    if (parents.size > 0) {
      const values = [[...parents].toSorted()];
      await client.query({ name: "wake_parents", text: wakeSql, values });
    }
    return rows.length === chunk;
  });
}

function parentsOf({ id, parent_id: parent, status, waits }: News): string[] {
  if (status === "waiting") return waits ? [id] : [];
  const hasEnded = status === "completed" || status === "failed" || status === "cancelled";
  return hasEnded && parent !== null ? [parent] : [];
}
