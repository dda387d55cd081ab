import type { Label } from "@flotilla/core";

export const labelsArg = {
  type: "string",
  valueHint: "label,…",
  description: "Where the input comes from, as web or mail; left out: from you",
} as const;

/** Labels given with commas between them; the platform checks them. */
export function labelsOption(given: string | undefined): { labels?: Label[] } {
  const labels = (given ?? "").split(",").flatMap((label) => label.trim() || []);
  return labels.length > 0 ? { labels } : {};
}
