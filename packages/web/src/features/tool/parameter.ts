import type { Json, JsonObject } from "@flotilla/core";

/** A part of a tool's input as a line of its documentation. */
export interface Parameter {
  /** Names from the root, joined by dots. */
  path: string;
  type: string;
  isRequired: boolean;
  description: string;
  /** As JSON; undefined: it has none. */
  fallback: string | undefined;
}

/** The parts of an input, those of objects in it below them. */
export function parametersOf(schema: JsonObject, above = ""): Parameter[] {
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  return Object.entries(properties).flatMap(([name, part]) => {
    if (!isObject(part)) return [];
    const path = above === "" ? name : `${above}.${name}`;
    const { description, default: fallback } = part;
    const line: Parameter = {
      path,
      type: typeWords(part),
      isRequired: required.includes(name),
      description: typeof description === "string" ? description : "",
      fallback: fallback === undefined ? undefined : JSON.stringify(fallback),
    };
    const items = part["items"];
    const inner = isObject(items) ? parametersOf(items, `${path}[]`) : parametersOf(part, path);
    return [line].concat(inner);
  });
}

/** `text`, `integer 1–10`, `"asc" | "desc"`, `list of text`. */
function typeWords(schema: JsonObject): string {
  const choices = schema["enum"] ?? (schema["const"] === undefined ? [] : [schema["const"]]);
  if (Array.isArray(choices) && choices.length > 0) {
    return choices.map((one) => JSON.stringify(one)).join(" | ");
  }
  const several = schema["anyOf"] ?? schema["oneOf"];
  if (Array.isArray(several)) {
    return [...new Set(several.filter(isObject).map(typeWords))].join(" or ");
  }
  const { type, items } = schema;
  if (Array.isArray(type)) return type.map(String).join(" or ");
  if (type === "array") return isObject(items) ? `list of ${typeWords(items)}` : "list";
  if (type === "string") {
    return typeof schema["format"] === "string" ? `text (${schema["format"]})` : "text";
  }
  if (type === "number" || type === "integer") return `${type}${rangeWords(schema)}`;
  return typeof type === "string" ? type : "anything";
}

function rangeWords(schema: JsonObject): string {
  const [least, most] = [schema["minimum"], schema["maximum"]].map(bound);
  if (least !== undefined && most !== undefined) return ` ${least}–${most}`;
  if (least !== undefined) return ` ≥ ${least}`;
  return most === undefined ? "" : ` ≤ ${most}`;
}

/** What only says that numbers end somewhere says nothing. */
function bound(value: Json | undefined): number | undefined {
  if (typeof value !== "number" || Math.abs(value) >= Number.MAX_SAFE_INTEGER) return undefined;
  return value;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
