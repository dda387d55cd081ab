import type { DatabaseSync } from "node:sqlite";
import leven from "leven";
import { quoted, termsOf, unspace } from "./words.ts";

export interface IndexQuestion {
  query: string;
  offset: number;
  limit: number;
  /** A folder, or a folder and the beginning of a path in it. */
  site: string | undefined;
  /** Changed since, in ms. */
  since: number | undefined;
}

export interface IndexHit {
  folder: string;
  path: string;
  title: string;
  snippet: string;
  mtime: number;
}

/** How much a word counts in the title, the text and the path. */
const WEIGHTS = "8.0, 1.0, 3.0";
const SNIPPET_WORDS = 40;
const MAX_CANDIDATES = 50_000;
/** Passages that are looked at more closely. */
const MAX_HITS = 5_000;
const ending = /(?:ing|ed|es|s|e|ly)$/i;
const [START, END] = ["\u0002", "\u0003"];

/**
 * Files by BM25, those with every word first; the last word may be the beginning of one, and a word that stands nowhere is taken
 * for those that are written almost alike.
 */
export function findInIndex(db: DatabaseSync, asked: IndexQuestion): IndexHit[] {
  const { wanted, unwanted } = termsOf(asked.query);
  if (wanted.length === 0) return [];
  const terms = wanted.map((term, index) => spellings(db, term, index === wanted.length - 1));
  const not = unwanted.map((term) => ` NOT ${quoted(term)}`).join("");
  const every = `(${terms.join(" AND ")})${not}`;
  const any = `(${terms.join(" OR ")})${not}`;
  const { folder, path } = siteOf(asked.site);
  const rows = db
    .prepare(
      `WITH hit AS MATERIALIZED (
         SELECT rowid AS id, bm25(content, ${WEIGHTS}) AS score FROM content WHERE content MATCH ? ORDER BY score LIMIT ${MAX_HITS})
       SELECT f.folder, f.path, f.title, f.mtime, p.id AS passage, min(score) AS score,
         max(p.id IN (SELECT rowid FROM content WHERE content MATCH ?)) AS has_all
       FROM hit JOIN passage AS p USING (id) JOIN file AS f ON f.id = p.file
       WHERE (? IS NULL OR f.folder = ?) AND (? IS NULL OR substr(f.path, 1, length(?)) = ?) AND f.mtime >= ?
       GROUP BY f.id ORDER BY has_all DESC, score, f.path LIMIT ? OFFSET ?`,
    )
    .all(
      ...[any, every, folder, folder, path, path, path],
      ...[asked.since ?? 0, asked.limit, asked.offset],
    ) as unknown as (Omit<IndexHit, "snippet"> & { passage: number })[];
  // Numbers are bound as floating ones, by which FTS5 does not find a row.
  const quote = db.prepare(
    `SELECT snippet(content, 1, ?, ?, '…', ${SNIPPET_WORDS}) AS text FROM content WHERE content MATCH ? AND rowid = CAST(? AS integer)`,
  );
  return rows.map(({ folder: at, path: place, title, mtime, passage }) => {
    const { text } = quote.get(START, END, any, passage) as { text: string };
    return { folder: at, path: place, title, mtime, snippet: marked(text) };
  });
}

function marked(snippet: string): string {
  return unspace(snippet)
    .replaceAll(END + START, "")
    .replaceAll(START, "**")
    .replaceAll(END, "**")
    .replaceAll(/\s+/g, " ")
    .trim();
}

function siteOf(site: string | undefined): { folder: string | null; path: string | null } {
  if (site === undefined) return { folder: null, path: null };
  const [folder = "", ...rest] = site.replace(/^files:/, "").split("/");
  return { folder, path: rest.length > 0 && rest[0] !== "" ? rest.join("/") : null };
}

/** A term with other endings of it, the words that begin with the last one, and what may have been meant by an unknown one. */
function spellings(db: DatabaseSync, term: string, isLast: boolean): string {
  const own = quoted(term);
  if (!/^[\p{L}\p{N}]+$/u.test(term)) return own;
  const stem = term.replace(ending, "");
  const begins = [...(stem.length > 3 ? [stem] : []), ...(isLast && term.length > 1 ? [term] : [])];
  const forms = [own, ...begins.map((start) => `${quoted(start)} *`)];
  const known = `(${forms.join(" OR ")})`;
  if (stands(db, known)) return known;
  return `(${[...forms, ...alike(db, folded(term)).map(quoted)].join(" OR ")})`;
}

function stands(db: DatabaseSync, match: string): boolean {
  return db.prepare("SELECT 1 FROM content WHERE content MATCH ? LIMIT 1").get(match) !== undefined;
}

/** As the index holds words: in lower case and without marks on the letters. */
function folded(term: string): string {
  return term.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase();
}

/** The nearest words of the index: one letter away, or two for long ones; those in most passages first. */
function alike(db: DatabaseSync, term: string): string[] {
  if (term.length < 4) return [];
  const most = term.length < 7 ? 1 : 2;
  const words = db
    .prepare(
      `SELECT term, doc FROM word WHERE term GLOB ? AND length(term) BETWEEN ? AND ? LIMIT ${MAX_CANDIDATES}`,
    )
    .iterate(
      `${term[0]!.replaceAll(/[*?[]/g, "[$&]")}*`,
      ...[term.length - most, term.length + most],
    ) as Iterable<{ term: string; doc: number }>;
  const near: { word: string; distance: number; passages: number }[] = [];
  for (const { term: word, doc } of words) {
    const distance = leven(term, word);
    if (distance <= most) near.push({ word, distance, passages: doc });
  }
  return near
    .toSorted((a, b) => a.distance - b.distance || b.passages - a.passages)
    .slice(0, 5)
    .map(({ word }) => word);
}
