/** What stands side by side; null where the other sequence has nothing like it. */
export interface Aligned<T> {
  a: T | null;
  b: T | null;
}

export interface AlignBy<T> {
  /** Names everything about an item: those with the same key are the same. */
  key: (item: T) => string;
  /** How much a pair is worth, the same both ways; 0: never a pair. Two of one key are worth most. */
  worth: (a: T, b: T) => number;
}

/** Above so many cells, what is left after the common start and end is paired by its place. */
const mostCells = 4_000_000;

/**
 * Two sequences side by side: pairs keep the order of both, and are worth as much as possible in all
 * (Needleman and Wunsch, without a penalty for gaps). `align(b, a)` is `align(a, b)` with the sides
 * exchanged: where several alignments are worth as much, the items decide, not who was named first.
 */
export function align<T>(a: readonly T[], b: readonly T[], by: AlignBy<T>): Aligned<T>[] {
  const keysA = a.map(by.key);
  const keysB = b.map(by.key);
  if (isBefore(keysB, keysA)) return align(b, a, by).map((pair) => ({ a: pair.b, b: pair.a }));

  let start = 0;
  while (start < a.length && start < b.length && keysA[start] === keysB[start]) start++;
  let tail = 0;
  const most = Math.min(a.length, b.length) - start;
  while (tail < most && keysA[a.length - 1 - tail] === keysB[b.length - 1 - tail]) tail++;

  const together = (from: number, shift: number, count: number): Aligned<T>[] =>
    Array.from({ length: count }, (_, i) => ({
      a: a[from + i] as T,
      b: b[from + shift + i] as T,
    }));
  return [
    ...together(0, 0, start),
    ...alignRest(a.slice(start, a.length - tail), b.slice(start, b.length - tail), by),
    ...together(a.length - tail, b.length - a.length, tail),
  ];
}

function isBefore(one: readonly string[], other: readonly string[]): boolean {
  const place = one.findIndex((key, i) => key !== other[i]);
  if (place < 0) return one.length < other.length;
  const theirs = other[place];
  return theirs !== undefined && (one[place] as string) < theirs;
}

function alignRest<T>(a: readonly T[], b: readonly T[], by: AlignBy<T>): Aligned<T>[] {
  if (a.length * b.length > mostCells) return byPlace(a, b, by);
  const width = b.length + 1;
  /** The most that the rest from here is worth. */
  const best = new Float64Array((a.length + 1) * width);
  const at = (i: number, j: number) => best[i * width + j] as number;
  const paired = (i: number, j: number) => {
    const worth = by.worth(a[i] as T, b[j] as T);
    return worth > 0 ? worth + at(i + 1, j + 1) : 0;
  };
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      best[i * width + j] = Math.max(paired(i, j), at(i + 1, j), at(i, j + 1));
    }
  }
  const pairs: Aligned<T>[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    if (paired(i, j) === at(i, j) && at(i, j) > 0) {
      pairs.push({ a: a[i++] as T, b: b[j++] as T });
    } else if (at(i + 1, j) === at(i, j)) pairs.push({ a: a[i++] as T, b: null });
    else pairs.push({ a: null, b: b[j++] as T });
  }
  return [...pairs, ...alone(a.slice(i), b.slice(j))];
}

function byPlace<T>(a: readonly T[], b: readonly T[], by: AlignBy<T>): Aligned<T>[] {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, i) => ({
    a: i < a.length ? (a[i] as T) : null,
    b: i < b.length ? (b[i] as T) : null,
  })).flatMap((pair) =>
    pair.a !== null && pair.b !== null && by.worth(pair.a, pair.b) <= 0
      ? alone([pair.a], [pair.b])
      : [pair],
  );
}

function alone<T>(a: readonly T[], b: readonly T[]): Aligned<T>[] {
  return [...a.map((one) => ({ a: one, b: null })), ...b.map((one) => ({ a: null, b: one }))];
}
