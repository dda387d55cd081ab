import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import { FlotillaError, toFlotillaError, type Json, type JsonObject } from "@flotilla/core";

const ajv = new Ajv2020({ allErrors: true, strict: false });
const validators = new WeakMap<JsonObject, ValidateFunction>();

export type OutputCheck = { ok: true; output: Json } | { ok: false; problems: string[] };

/** Throws `invalid_request` when the schema itself is not a usable JSON Schema (2020-12). */
export function checkOutputSchema(schema: JsonObject): void {
  validator(schema);
}

/** Why a schema is not a usable JSON Schema (2020-12); undefined when it is. */
export function schemaProblem(schema: JsonObject): string | undefined {
  try {
    validator(schema);
  } catch (error) {
    return toFlotillaError(error).message;
  }
}

/**
 * Reads a model's final text as JSON and validates it. A Markdown code fence around
 * the JSON is allowed; nothing is repaired. Problems are written for the model.
 */
export function checkOutput(schema: JsonObject, text: string): OutputCheck {
  let output: Json;
  try {
    output = JSON.parse(unfence(text)) as Json;
  } catch (error) {
    return { ok: false, problems: [`not valid JSON: ${(error as Error).message}`] };
  }
  const problems = schemaProblems(schema, output, "the answer");
  return problems.length === 0 ? { ok: true, output } : { ok: false, problems };
}

/** What is wrong with a value, at most 20 sentences that call it `whole`; none when it fits the schema. */
export function schemaProblems(schema: JsonObject, value: Json, whole = "the value"): string[] {
  const validate = validator(schema);
  if (validate(value)) return [];
  const problems = (validate.errors ?? []).map(
    (error) => `${error.instancePath || whole} ${wrong(error)}`,
  );
  return problems.slice(0, 20);
}

function wrong({ keyword, message, params }: ErrorObject): string {
  const unknown: unknown = params["additionalProperty"];
  const field = typeof unknown === "string" ? ` (${JSON.stringify(unknown)})` : "";
  return `${message ?? keyword}${field}`;
}

const closed = new WeakMap<JsonObject, JsonObject>();

/** The schema, with objects that take no field which it does not name, unless it says that they do. */
export function closedSchema(schema: JsonObject): JsonObject {
  let made = closed.get(schema);
  if (!made) {
    made = withoutMore(schema) as JsonObject;
    closed.set(schema, made);
  }
  return made;
}

function withoutMore(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(withoutMore);
  if (schema === null || typeof schema !== "object") return schema;
  const parts = Object.fromEntries(
    Object.entries(schema).map(([key, part]) => [
      key,
      keepsValues.has(key) ? part : withoutMore(part),
    ]),
  );
  // Of a value that several schemas describe together, each names only some of the fields.
  const isWhole = typeof schema["properties"] === "object" && !schema["allOf"] && !schema["$ref"];
  return isWhole ? { additionalProperties: false, ...parts } : parts;
}

/** Keywords of JSON Schema whose values are no schemas. */
const keepsValues = new Set(["const", "default", "enum", "examples", "allOf"]);

function validator(schema: JsonObject): ValidateFunction {
  let validate = validators.get(schema);
  if (!validate) {
    try {
      validate = ajv.compile(schema);
    } catch (error) {
      throw new FlotillaError(
        "invalid_request",
        `output is not a usable JSON Schema: ${toFlotillaError(error).message}`,
      );
    }
    validators.set(schema, validate);
  }
  return validate;
}

function unfence(text: string): string {
  const match = /^\s*```(?:json)?\s*\n([\s\S]*?)\n\s*```\s*$/.exec(text);
  return match?.[1] ?? text;
}
