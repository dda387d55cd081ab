import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { FlotillaError, toFlotillaError, type Json, type JsonObject } from "@flotilla/core";

const ajv = new Ajv2020({ allErrors: true, strict: false });
const validators = new WeakMap<JsonObject, ValidateFunction>();

export type OutputCheck = { ok: true; output: Json } | { ok: false; problems: string[] };

/** Throws `invalid_request` when the schema itself is not a usable JSON Schema (2020-12). */
export function checkOutputSchema(schema: JsonObject): void {
  validator(schema);
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
  const problems = schemaProblems(schema, output);
  return problems.length === 0 ? { ok: true, output } : { ok: false, problems };
}

/** What is wrong with a value, at most 20 sentences; none when it fits the schema. */
export function schemaProblems(schema: JsonObject, value: Json): string[] {
  const validate = validator(schema);
  if (validate(value)) return [];
  const problems = (validate.errors ?? []).map(
    (error) => `${error.instancePath || "the answer"} ${error.message ?? error.keyword}`,
  );
  return problems.slice(0, 20);
}

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
