import type { DatabaseSync } from "node:sqlite";
import { serveThread } from "../../thread/serve-thread.ts";
import { openFileIndex } from "./file-index.ts";
import { findInIndex, type IndexHit, type IndexQuestion } from "./find-in-index.ts";
import type { SearchFolder } from "./folders.ts";
import { refreshIndex } from "./refresh-index.ts";
import { unspace } from "./words.ts";

export interface IndexWork {
  /** Where the index is. */
  file: string;
  folders: readonly SearchFolder[];
  /** How long it may be brought up to date before it is asked. */
  refreshMs: number;
  ask: ({ kind: "find" } & IndexQuestion) | { kind: "open"; folder: string; path: string };
}

export type IndexAnswer =
  | { kind: "found"; hits: IndexHit[]; isComplete: boolean }
  | { kind: "opened"; title: string; text: string }
  | { kind: "none" };

/** Within it, what has changed in the folders may not be seen yet. */
const FRESH_MS = 3_000;

let open: { file: string; db: DatabaseSync; refreshedAt: number } | undefined;

serveThread((work: IndexWork): IndexAnswer => {
  if (open?.file !== work.file) {
    open?.db.close();
    open = { file: work.file, db: openFileIndex(work.file), refreshedAt: 0 };
  }
  const { db } = open;
  if (work.ask.kind === "open") return openDocument(db, work.ask);
  let isComplete = true;
  if (Date.now() - open.refreshedAt > FRESH_MS) {
    isComplete = refreshIndex(db, work.folders, Date.now() + work.refreshMs);
    if (isComplete) open.refreshedAt = Date.now();
  }
  return { kind: "found", hits: findInIndex(db, work.ask), isComplete };
});

function openDocument(db: DatabaseSync, { folder, path }: { folder: string; path: string }) {
  const rows = db
    .prepare(
      `SELECT f.title, c.body FROM file AS f JOIN passage AS p ON p.file = f.id JOIN content AS c ON c.rowid = p.id
       WHERE f.folder = ? AND f.path = ? ORDER BY p.id`,
    )
    .all(folder, path) as { title: string; body: string }[];
  const [first] = rows;
  if (!first) return { kind: "none" } as const;
  const text = unspace(rows.map(({ body }) => body).join(""));
  return { kind: "opened", title: first.title, text } as const;
}
