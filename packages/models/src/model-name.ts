import { FlotillaError } from "@flotilla/core";

/** `provider/model` taken apart; the model may hold further slashes. */
export function splitModelName(name: string): { provider: string; model: string } {
  const slash = name.indexOf("/");
  if (slash < 1 || slash === name.length - 1) {
    throw new FlotillaError("unknown_model", `"${name}" does not name a model as provider/model.`);
  }
  return { provider: name.slice(0, slash), model: name.slice(slash + 1) };
}

/** The up to three known names that are least edits away from a wrong one, the nearest first. */
export function nearestNames(wrong: string, known: readonly string[]): string[] {
  return known
    .map((name) => ({ name, distance: editDistance(wrong, name) }))
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ name }) => name);
}

/** Levenshtein distance, two rows at a time. */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const change = (above[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const drop = (above[column] ?? 0) + 1;
      const add = (current[column - 1] ?? 0) + 1;
      current.push(Math.min(change, drop, add));
    }
    above = current;
  }
  return above[b.length] ?? 0;
}
