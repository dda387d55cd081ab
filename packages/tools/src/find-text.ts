/** Characters of a text shown around a match. */
const around = 120;
const mostMatches = 50;

export interface TextMatch {
  offset: number;
  line: number;
  text: string;
}

/** Where each line begins. */
export function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** The places of a text, in any case, with what stands around them; the first fifty. */
export function findText(
  text: string,
  search: string,
  starts: readonly number[],
): { matches: TextMatch[]; truncated: boolean } {
  const wanted = new RegExp(search.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"), "gi");
  const matches: TextMatch[] = [];
  let line = 0;
  for (const { index } of text.matchAll(wanted)) {
    if (matches.length === mostMatches) return { matches, truncated: true };
    while ((starts[line + 1] ?? Infinity) <= index) line++;
    const shown = text.slice(Math.max(0, index - around), index + search.length + around);
    matches.push({ offset: index, line: line + 1, text: shown.toWellFormed() });
  }
  return { matches, truncated: false };
}
