/** Where the pattern says something of its own about case or mode, nothing is concluded from its letters. */
const unread = /\(\?(?!:|P?<)|\\[QExXpPCuU0-9]|\[\[:/;

/**
 * A text that stands in everything which a regular expression (RE2 syntax) matches, the longest one that is easily seen;
 * `undefined` where none is. Looking for a text is faster than matching by far.
 */
export function requiredText(pattern: string): string | undefined {
  if (unread.test(pattern)) return undefined;
  const runs: string[] = [];
  let run: string[] = [];
  const end = () => {
    if (run.length > 0) runs.push(run.join(""));
    run = [];
  };
  let depth = 0;
  // An escaped letter, a class of characters, a count, or one character.
  for (const [token] of pattern.matchAll(/\{[\d,]*\}|\\[^]|\[\^?\]?(?:\\[^]|[^\]\\])*\]|[^]/gu)) {
    if (token === "(") depth++;
    if (token === ")") depth--;
    if (depth === 0 && token === "|") return undefined;
    const literal = depth === 0 && token !== ")" ? literalOf(token) : undefined;
    if (/^[*?{]/.test(token)) run.pop();
    if (literal === undefined) end();
    else run.push(literal);
  }
  end();
  const longest = runs.toSorted((a, b) => b.length - a.length)[0];
  return longest !== undefined && longest.length > 1 ? longest : undefined;
}

/** The character that a token stands for; `undefined` for anything else. */
function literalOf(token: string): string | undefined {
  if (/^\\[^\w\s]$/u.test(token)) return token.slice(1);
  return /^[^\\[\](){}.*+?^$|]$/u.test(token) ? token : undefined;
}
