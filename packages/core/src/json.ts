import { z } from "zod";

/** Any value that survives a JSON round trip. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

export type JsonObject = { [key: string]: Json };

export const jsonSchema: z.ZodType<Json> = z.json();

export const jsonObjectSchema: z.ZodType<JsonObject> = z.record(z.string(), jsonSchema);

/**
 * How deeply arrays and objects nest; a scalar has depth 0. Iterative, so hostile
 * nesting cannot overflow the stack.
 */
export function jsonDepth(value: unknown): number {
  let deepest = 0;
  const stack: [unknown, number][] = [[value, 0]];
  for (let top = stack.pop(); top; top = stack.pop()) {
    const [node, depth] = top;
    if (depth > deepest) deepest = depth;
    if (typeof node !== "object" || node === null) continue;
    for (const child of Object.values(node)) {
      stack.push([child, typeof child === "object" && child !== null ? depth + 1 : depth]);
    }
  }
  return typeof value === "object" && value !== null ? deepest + 1 : 0;
}
