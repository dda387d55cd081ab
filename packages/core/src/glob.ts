import { z } from "zod";

export const globSchema = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\s\p{C}]+$/u, "use a name without spaces; * stands for any text");

/** Whether the text fits the pattern, in which `*` stands for any text. In linear steps per star. */
export function matchesGlob(glob: string, text: string): boolean {
  const [first = "", ...rest] = glob.split("*");
  const last = rest.pop();
  if (last === undefined) return first === text;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

/** How much a pattern says: a name without `*` more than any pattern of its length. */
export function globWeight(glob: string): number {
  const letters = glob.replaceAll("*", "").length;
  return glob.includes("*") ? letters : letters + 0.5;
}
