import type { Json, JsonObject } from "@flotilla/core";

/** What a JSON Schema takes, in a few words: `integer, 1 to 1000`, `array of string`. */
export function schemaWords(schema: JsonObject): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) return schema.enum.map((one) => JSON.stringify(one)).join(" or ");
  const branches = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(branches)) {
    return [...new Set(branches.map((one) => schemaWords(one as JsonObject)))].join(" or ");
  }
  const { type } = schema;
  if (Array.isArray(type)) return type.map((one) => schemaWords({ type: one })).join(" or ");
  if (type === "array") {
    const of = schemaWords((schema.items ?? {}) as JsonObject);
    return `array of ${of}${limits(schema.minItems, schema.maxItems)}`;
  }
  if (type === "string")
    return `string${limits(schema.minLength, schema.maxLength, " characters")}`;
  if (type === "integer" || type === "number")
    return `${type}${limits(schema.minimum, schema.maximum)}`;
  if (type === "object") return objectWords(schema);
  return typeof type === "string" ? type : "anything";
}

function objectWords({ properties }: JsonObject): string {
  const names = Object.keys((properties as JsonObject | undefined) ?? {});
  return names.length > 0 ? `object of ${names.join(", ")}` : "object";
}

const largest = 9_007_199_254_740_991;

/** Bounds that say something: what a number cannot hold anyway does not. */
function limits(from: Json | undefined, to: Json | undefined, unit = ""): string {
  const [least, most] = [from, to].map((one) =>
    typeof one === "number" && Math.abs(one) < largest ? one : undefined,
  );
  if (least === undefined && most === undefined) return "";
  if (most === undefined) return `, from ${least}${unit}`;
  return least === undefined ? `, up to ${most}${unit}` : `, ${least} to ${most}${unit}`;
}
