export interface SummaryOrder {
  /** Tokens of a text. */
  count: (text: string) => number;
  /** The most that a call can take in, in tokens of text. */
  piece: number;
  /** The most that the summary may have, in tokens. */
  most: number;
  /** Asks a model for a summary of a piece, of at most so many tokens. */
  ask: (piece: string, most: number) => Promise<string>;
}

/** A history that would take more calls than this is shortened before. */
const mostPieces = 32;
const smallestPiece = 128;
const mark = "\n\n";

/**
 * Summarises texts of any length with calls that each fit: texts are packed into pieces, one that is
 * larger than a piece is split, and summaries are summarised again until they are short enough. A
 * round at least halves the number of texts, so this ends; the calls are at most 4 × 32.
 *
 * @returns undefined when a piece would be too small to be worth a call
 */
export async function summarise(
  texts: readonly string[],
  order: SummaryOrder,
): Promise<string | undefined> {
  const { count, piece, most, ask } = order;
  if (piece < smallestPiece) return undefined;
  // Three summaries fit into a piece, with their marks: each round is shorter than the last.
  const each = Math.min(most, Math.floor(piece / 4));
  let pieces = packed(bounded(texts, order), order);
  for (;;) {
    const summaries: string[] = [];
    for (const text of pieces) summaries.push(cutTo(await ask(text, each), each, count));
    const joined = summaries.join(mark);
    if (summaries.length <= 1 || count(joined) <= most) return cutTo(joined, most, count);
    pieces = packed(summaries, order);
  }
}

/** Shortens the middle of each text as far as all of them together are too many pieces. */
function bounded(texts: readonly string[], { count, piece }: SummaryOrder): readonly string[] {
  const total = (all: readonly string[]) => all.reduce((sum, text) => sum + count(text), 0);
  const tokens = total(texts);
  const most = mostPieces * piece;
  if (tokens <= most) return texts;
  const shorter = texts.map((text) =>
    withoutMiddle(text, Math.floor((text.length * most) / tokens / 2)),
  );
  if (total(shorter) <= most) return shorter;
  let whole = shorter.join(mark);
  while (count(whole) > most) whole = withoutMiddle(whole, whole.length >> 1);
  return [whole];
}

function withoutMiddle(text: string, characters: number): string {
  const head = Math.ceil(characters * 0.7);
  const tail = characters - head;
  const left = text.length - characters;
  const end = tail > 0 ? text.slice(-tail) : "";
  return `${text.slice(0, head)}\n[… ${left} characters …]\n${end}`.toWellFormed();
}

/** The texts in as few pieces as their order allows. */
function packed(texts: readonly string[], { count, piece }: SummaryOrder): string[] {
  const between = count(mark) + 1;
  const pieces: { texts: string[]; tokens: number }[] = [];
  for (const text of texts.flatMap((whole) => splitText(whole, piece, count))) {
    const tokens = count(text);
    const open = pieces.at(-1);
    if (open && open.tokens + between + tokens <= piece) {
      open.texts.push(text);
      open.tokens += between + tokens;
    } else {
      pieces.push({ texts: [text], tokens });
    }
  }
  return pieces.map((one) => one.texts.join(mark));
}

/** The text in parts of at most so many tokens each, cut at the ends of lines where there are any. */
export function splitText(text: string, most: number, count: SummaryOrder["count"]): string[] {
  if (text.length <= 1 || count(text) <= most) return [text];
  const middle = cutAt(text, text.length >> 1);
  return [text.slice(0, middle), text.slice(middle)].flatMap((half) =>
    splitText(half, most, count),
  );
}

/** A place to cut near the middle: after a line or a word, or else between two characters. */
function cutAt(text: string, middle: number): number {
  const from = middle >> 1;
  const before = text.slice(from, middle);
  const place = Math.max(before.lastIndexOf("\n"), before.lastIndexOf(" "));
  return place >= 0 ? from + place + 1 : Math.max(1, betweenCharacters(text, middle));
}

/** The start of a text that has at most so many tokens. */
export function cutTo(text: string, most: number, count: SummaryOrder["count"]): string {
  if (count(text) <= most) return text;
  let [fits, tooLong] = [0, text.length];
  while (tooLong - fits > 1) {
    const middle = (fits + tooLong) >> 1;
    if (count(text.slice(0, middle)) <= most) fits = middle;
    else tooLong = middle;
  }
  return text.slice(0, betweenCharacters(text, fits));
}

/** Not between the halves of a character beyond the first plane. */
function betweenCharacters(text: string, place: number): number {
  return (text.codePointAt(place - 1) ?? 0) > 0xffff ? place - 1 : place;
}
