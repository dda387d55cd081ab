import { align } from "./align.ts";
import { z } from "zod";

export const diffLineSchema = z.object({
  change: z.enum(["same", "added", "removed"]),
  text: z.string(),
});
export type DiffLine = z.infer<typeof diffLineSchema>;

/** What makes one text out of another, line by line; of a change what was removed comes first. */
export function diffLines(before: string, after: string): DiffLine[] {
  const pairs = align(before.split("\n"), after.split("\n"), {
    key: (line) => line,
    worth: (a, b) => Number(a === b),
  });
  const lines: DiffLine[] = [];
  let added: DiffLine[] = [];
  for (const { a, b } of pairs) {
    if (a === null) added.push({ change: "added", text: b as string });
    else if (b === null) lines.push({ change: "removed", text: a });
    else {
      lines.push(...added, { change: "same", text: a });
      added = [];
    }
  }
  return [...lines, ...added];
}
