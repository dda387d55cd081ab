import { mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Changes with what is in the index: one of another version is made anew. */
const VERSION = 1;
const CACHE_KIB = 16 * 1024;
const BUSY_MS = 2_000;

/**
 * A full-text index in a file, by SQLite's FTS5: on disk, so that its size is no matter of memory, and shared by all processes.
 * It holds nothing that is not in the files, so one that cannot be read is thrown away.
 */
export function openFileIndex(file: string): DatabaseSync {
  mkdirSync(dirname(file), { recursive: true });
  try {
    return open(file);
  } catch {
    for (const end of ["", "-wal", "-shm"]) rmSync(file + end, { force: true });
    return open(file);
  }
}

function open(file: string): DatabaseSync {
  const db = new DatabaseSync(file);
  db.exec(`PRAGMA busy_timeout = ${BUSY_MS}`);
  db.exec("PRAGMA journal_mode = WAL");
  db.exec(`PRAGMA synchronous = NORMAL; PRAGMA cache_size = -${CACHE_KIB}`);
  const { user_version: version } = db.prepare("PRAGMA user_version").get() as {
    user_version: number;
  };
  if (version !== 0 && version !== VERSION) {
    db.close();
    throw new Error("it is of another version");
  }
  // A crash in between leaves version 0, and the same statements change nothing.
  db.exec(`
    CREATE TABLE IF NOT EXISTS file (
      id integer PRIMARY KEY, folder text NOT NULL, path text NOT NULL, mtime integer NOT NULL, size integer NOT NULL,
      title text NOT NULL, UNIQUE (folder, path));
    CREATE TABLE IF NOT EXISTS passage (id integer PRIMARY KEY, file integer NOT NULL REFERENCES file);
    CREATE INDEX IF NOT EXISTS passage_file ON passage (file);
    CREATE VIRTUAL TABLE IF NOT EXISTS content USING fts5 (
      title, body, name, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3');
    CREATE VIRTUAL TABLE IF NOT EXISTS word USING fts5vocab (content, row);
    PRAGMA user_version = ${VERSION}`);
  return db;
}
