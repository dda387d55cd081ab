/** Letters of scripts that put no spaces between words. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/gu;
const joiner = "\u2060";

/** Each letter of such a script is a word to the index, by a mark after it that nobody sees. */
export function spaced(text: string): string {
  return text.replaceAll(joiner, "").replaceAll(unspaced, (letter) => letter + joiner);
}

export function unspace(text: string): string {
  return text.replaceAll(joiner, "");
}

/** What is asked for: words and "phrases", and those that must not be there (`-word`). */
export interface Terms {
  wanted: string[];
  unwanted: string[];
}

const MAX_TERMS = 24;

export function termsOf(query: string): Terms {
  const terms: Terms = { wanted: [], unwanted: [] };
  for (const [, minus, phrase, word] of query.matchAll(/(?<![^\s])(-?)(?:"([^"]+)"|([^\s"]+))/gu)) {
    const text = (phrase ?? word ?? "").trim();
    // What has no letter and no digit is no word to the index.
    if (!/[\p{L}\p{N}]/u.test(text)) continue;
    const list = minus ? terms.unwanted : terms.wanted;
    if (list.length < MAX_TERMS) list.push(text);
  }
  return terms;
}

/** A term as FTS5 takes one: quoted, so nothing in it is an operator. */
export function quoted(term: string): string {
  return `"${spaced(term).replaceAll('"', '""')}"`;
}
