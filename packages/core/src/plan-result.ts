import type { Json } from "./json.ts";
import { outputText } from "./message.ts";
import type { Plan } from "./plan.ts";

const reference = /\{\{result:([a-z0-9_-]+)\}\}/g;

/** The steps whose results a value takes in: `{{result:id}}` in any text of it, each id once. */
export function resultsIn(value: Json): string[] {
  if (typeof value === "string") {
    return [...new Set(Array.from(value.matchAll(reference), (match) => match[1] as string))];
  }
  if (typeof value !== "object" || value === null) return [];
  return [...new Set(Object.values(value).flatMap(resultsIn))];
}

/**
 * The value with the plan's results in the place of `{{result:id}}`. A text that is nothing else becomes the
 * result itself, whatever that is. Results are never read as templates again.
 */
export function withResults(value: Json, plan: Pick<Plan, "steps">): Json {
  const results = new Map(plan.steps.map(({ id, result }) => [id, result]));
  const fill = (part: Json): Json => {
    if (typeof part === "string") return filled(part, results);
    if (Array.isArray(part)) return part.map(fill);
    if (typeof part !== "object" || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, one]) => [key, fill(one)]));
  };
  return fill(value);
}

function filled(text: string, results: ReadonlyMap<string, Json>): Json {
  const [whole] = Array.from(text.matchAll(reference));
  if (whole?.[0] === text) return results.get(whole[1] as string) ?? null;
  return text.replace(reference, (_all, id: string) => outputText(results.get(id) ?? null));
}
