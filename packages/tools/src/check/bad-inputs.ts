import type { Json, JsonObject } from "@flotilla/core";

/** What no field can be all at once. */
const strangers: readonly Json[] = [null, 7.5, "", "text", [], ["text"], {}, true, -1, 1e300];

/**
 * Inputs that are close to good ones: each of these with a field left out, with a field more, or with a field of another
 * kind; and what is no object at all. Not all of them are bad: the schema tells.
 */
export function nearInputs(schema: JsonObject, good: readonly JsonObject[]): Json[] {
  const { properties } = schema as { properties?: JsonObject };
  const names = Object.keys(properties ?? {});
  const near: Json[] = [null, "text", 7, true, []];
  for (const input of good.length > 0 ? good : [{}]) {
    near.push({ ...input, a_field_that_no_tool_has: 1 });
    for (const name of names) {
      const { [name]: _left, ...others } = input;
      near.push(others);
      for (const stranger of strangers) near.push({ ...input, [name]: stranger });
    }
  }
  return near;
}
