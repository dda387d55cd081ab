import { canonicalJson, type AgentSpec, type Json, type JsonObject } from "@flotilla/core";
import { stringify } from "yaml";
import { isObject, schemaAt, type SpecPath } from "./agent-schema.ts";

/** A definition without what counts anyway: as somebody would write it. It says the same. */
export function leanSpec(spec: AgentSpec): JsonObject {
  return without(spec, []);
}

/** The definition as its file. */
export function specText(spec: AgentSpec): string {
  return stringify(leanSpec(spec), { blockQuote: "literal", lineWidth: 0 });
}

function without(value: JsonObject, path: SpecPath): JsonObject {
  const lean: JsonObject = {};
  for (const [key, part] of Object.entries(value)) {
    const inner = [...path, key];
    const schema = schemaAt(inner);
    if (part === undefined || isDefault(part, schema?.["default"])) continue;
    const kept = isObject(part) && schema?.["properties"] ? without(part, inner) : part;
    // An object that may be left out says something by being there.
    const isOptional = schema?.["default"] === undefined;
    if (!isOptional && isObject(kept) && Object.keys(kept).length === 0) continue;
    lean[key] = kept;
  }
  return lean;
}

function isDefault(value: Json, fallback: Json | undefined): boolean {
  return fallback !== undefined && canonicalJson(value) === canonicalJson(fallback);
}
