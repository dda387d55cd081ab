import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { SearchFolder } from "./folders.ts";
import { readDocument } from "./read-document.ts";
import { spaced } from "./words.ts";

const MAX_FILES = 200_000;
const MAX_DEPTH = 32;
const BATCH_FILES = 100;
/** Long texts are ranked and quoted by their passages. */
const PASSAGE_CHARS = 8_000;

interface Seen {
  folder: string;
  path: string;
  mtime: number;
  size: number;
}

/**
 * Brings the index up to date with its folders: what is new or changed is read, what is gone is taken out.
 *
 * @param until a time in ms by `Date.now` at which it stops, to be gone on with by the next
 * @returns whether all of it is up to date
 */
export function refreshIndex(
  db: DatabaseSync,
  folders: readonly SearchFolder[],
  until: number,
): boolean {
  const known = new Map<string, { id: number; mtime: number; size: number }>();
  const rows = db.prepare("SELECT id, folder, path, mtime, size FROM file").iterate();
  for (const row of rows as Iterable<Seen & { id: number }>) {
    known.set(`${row.folder}\0${row.path}`, row);
  }
  const changed: (Seen & { root: string })[] = [];
  for (const file of filesOf(folders)) {
    const key = `${file.folder}\0${file.path}`;
    const before = known.get(key);
    known.delete(key);
    if (before?.mtime !== file.mtime || before.size !== file.size) changed.push(file);
  }
  inBatches(db, [...known.values()], until, ({ id }) => remove(db, id));
  return inBatches(db, changed, until, (file) => replace(db, file)) && Date.now() < until;
}

function* filesOf(folders: readonly SearchFolder[]): Generator<Seen & { root: string }> {
  let count = 0;
  for (const { name, path: root } of folders) {
    const open: { path: string; depth: number }[] = [{ path: "", depth: 0 }];
    for (let next = open.pop(); next; next = open.pop()) {
      for (const entry of entriesOf(join(root, next.path))) {
        const path = next.path === "" ? entry.name : `${next.path}/${entry.name}`;
        // Links are not followed, and what begins with a dot is nobody's document.
        if (entry.name.startsWith(".")) continue;
        if (entry.isDirectory() && next.depth < MAX_DEPTH)
          open.push({ path, depth: next.depth + 1 });
        if (!entry.isFile()) continue;
        const stat = statSync(join(root, path), { throwIfNoEntry: false });
        if (!stat) continue;
        if (++count > MAX_FILES) return;
        yield { folder: name, root, path, mtime: Math.trunc(stat.mtimeMs), size: stat.size };
      }
    }
  }
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** A transaction for so many at a time; what another process is writing at this moment is left to that one. */
function inBatches<T>(
  db: DatabaseSync,
  all: readonly T[],
  until: number,
  work: (one: T) => void,
): boolean {
  for (let at = 0; at < all.length; at += BATCH_FILES) {
    if (Date.now() >= until) return false;
    try {
      db.exec("BEGIN IMMEDIATE");
    } catch {
      return false;
    }
    try {
      for (const one of all.slice(at, at + BATCH_FILES)) work(one);
      db.exec("COMMIT");
    } catch (error) {
      db.exec("ROLLBACK");
      throw error;
    }
  }
  return true;
}

function remove(db: DatabaseSync, id: number): void {
  removePassages(db, id);
  db.prepare("DELETE FROM file WHERE id = ?").run(id);
}

function replace(db: DatabaseSync, { root, folder, path, mtime, size }: Seen & { root: string }) {
  const document = readDocument(join(root, path), size);
  const title = document?.title ?? path.split("/").at(-1) ?? path;
  const { id } = db
    .prepare(
      `INSERT INTO file (folder, path, mtime, size, title) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (folder, path) DO UPDATE SET mtime = excluded.mtime, size = excluded.size, title = excluded.title
       RETURNING id`,
    )
    .get(folder, path, mtime, size, title) as { id: number };
  removePassages(db, id);
  // A file that has no text is noted, so that it is not read again, and is not found.
  if (!document) return;
  const name = spaced(path.replaceAll(/[/_.-]/g, " "));
  for (const text of passagesOf(document.text)) {
    const passage = db.prepare("INSERT INTO passage (file) VALUES (?)").run(id).lastInsertRowid;
    db.prepare("INSERT INTO content (rowid, title, body, name) VALUES (?, ?, ?, ?)").run(
      ...[passage, spaced(title), spaced(text), name],
    );
  }
}

function removePassages(db: DatabaseSync, file: number): void {
  db.prepare("DELETE FROM content WHERE rowid IN (SELECT id FROM passage WHERE file = ?)").run(
    file,
  );
  db.prepare("DELETE FROM passage WHERE file = ?").run(file);
}

/** Cut after a line or a word, where there is one near the end. */
function passagesOf(text: string): string[] {
  const passages: string[] = [];
  for (let start = 0; start < text.length || start === 0;) {
    const end = start + PASSAGE_CHARS;
    const near = Math.max(text.lastIndexOf("\n", end), text.lastIndexOf(" ", end)) + 1;
    const cut = end >= text.length ? text.length : near > start + PASSAGE_CHARS / 2 ? near : end;
    passages.push(text.slice(start, cut).toWellFormed());
    start = Math.max(cut, start + 1);
  }
  return passages;
}
