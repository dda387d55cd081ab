import type { Json, JsonObject } from "@flotilla/core";
import { textOrFile } from "./input-text.ts";
import { UsageError } from "./usage.ts";

/**
 * The input of a call: a JSON object, `@file` with one, and pairs `name=value` over it. A value is a text where the tool's
 * schema says so, and JSON elsewhere. Throws UsageError for what is neither.
 */
export async function toolInput(
  given: string | undefined,
  pairs: readonly string[],
  schema: JsonObject,
): Promise<JsonObject> {
  const input = given === undefined ? {} : objectOf(await textOrFile(given));
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    if (at < 1) {
      throw new UsageError(`"${pair}" is not name=value.`, "Or give the whole input with --input.");
    }
    const name = pair.slice(0, at);
    input[name] = valueOf(name, pair.slice(at + 1), schema);
  }
  return input;
}

function objectOf(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`--input is not JSON: ${(error as Error).message}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UsageError('--input must be a JSON object, such as \'{"expression": "6*7"}\'.');
  }
  return value as JsonObject;
}

function valueOf(name: string, text: string, schema: JsonObject): Json {
  const { properties } = schema as { properties?: Record<string, { type?: Json } | undefined> };
  const type = properties?.[name]?.type;
  if (type === "string") return text;
  try {
    return JSON.parse(text) as Json;
  } catch {
    if (type === undefined || Array.isArray(type)) return text;
    const kind = JSON.stringify(type);
    throw new UsageError(`${name}: ${JSON.stringify(text)} is not JSON; the tool wants ${kind}.`);
  }
}
