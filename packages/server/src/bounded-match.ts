import { createContext, Script } from "node:vm";

/** Longer than any sane pattern needs, and no burden on others. */
const mostMs = 50;

const place: { pattern: string; text: string; found?: boolean } = { pattern: "", text: "" };
const context = createContext(place);
const script = new Script("found = new RegExp(pattern, 'u').test(text)");

/** Whether a text matches a caller's pattern; one that takes too long to tell does not. */
export function boundedMatch(pattern: string, text: string): boolean {
  Object.assign(place, { pattern, text, found: false });
  try {
    script.runInContext(context, { timeout: mostMs });
    return place.found === true;
  } catch {
    return false;
  }
}
