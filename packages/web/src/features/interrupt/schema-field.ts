import type { Json, JsonObject } from "@flotilla/core";

/** A part of a JSON Schema as a field of a form; `json` is all that has no field of its own. */
export type SchemaField = {
  /** Names from the root, joined by dots; "" for the root itself. */
  path: string;
  label: string;
  description: string | undefined;
  isRequired: boolean;
} & (
  | { kind: "text"; isLong: boolean; format: string | undefined }
  | { kind: "number"; isInteger: boolean; min: number | undefined; max: number | undefined }
  | { kind: "boolean" }
  | { kind: "choice"; options: string[]; isMany: boolean }
  | { kind: "json" }
);

/** From so many characters on a text gets more than a line. */
const longText = 120;

/**
 * The fields of a schema: those of an object, and of objects in it, one after the other. A schema that is no
 * object is one field. The server holds the whole reply against the schema; fields only help to write it.
 */
export function fieldsOf(schema: JsonObject): SchemaField[] {
  if (schema["type"] !== "object" || !isObject(schema["properties"])) {
    return [fieldOf(schema, "", "Reply", true)];
  }
  return objectFields(schema, "");
}

function objectFields(schema: JsonObject, path: string): SchemaField[] {
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  return Object.entries(properties).flatMap(([name, part]) => {
    const inner = path === "" ? name : `${path}.${name}`;
    if (!isObject(part)) return [];
    if (part["type"] === "object" && isObject(part["properties"])) {
      return objectFields(part, inner);
    }
    return [fieldOf(part, inner, labelOf(part, inner), required.includes(name))];
  });
}

function fieldOf(
  schema: JsonObject,
  path: string,
  label: string,
  isRequired: boolean,
): SchemaField {
  const { type, description } = schema;
  const base = {
    path,
    label,
    description: typeof description === "string" ? description : undefined,
    isRequired,
  };
  const options = optionsOf(schema);
  if (options) return { ...base, kind: "choice", options, isMany: false };
  if (type === "array" && isObject(schema["items"])) {
    const many = optionsOf(schema["items"]);
    return many
      ? { ...base, kind: "choice", options: many, isMany: true }
      : { ...base, kind: "json" };
  }
  if (type === "boolean") return { ...base, kind: "boolean" };
  if (type === "number" || type === "integer") {
    const [min, max] = [schema["minimum"], schema["maximum"]].map(numberOrNone);
    return { ...base, kind: "number", isInteger: type === "integer", min, max };
  }
  if (type === "string") {
    const most = numberOrNone(schema["maxLength"]);
    const { format } = schema;
    return {
      ...base,
      kind: "text",
      isLong: most === undefined ? format === undefined : most > longText,
      format: typeof format === "string" ? format : undefined,
    };
  }
  return { ...base, kind: "json" };
}

function labelOf(schema: JsonObject, path: string): string {
  return typeof schema["title"] === "string" ? schema["title"] : path;
}

function optionsOf(schema: JsonObject): string[] | undefined {
  const options = schema["enum"];
  if (!Array.isArray(options) || options.length === 0) return undefined;
  return options.every((one) => typeof one === "string") ? options : undefined;
}

function numberOrNone(value: Json | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What is given in each field, by path; undefined: nothing. */
export type FieldValues = Readonly<Record<string, Json | undefined>>;

/** What is given at first: the schema's own defaults. */
export function defaultsOf(schema: JsonObject): FieldValues {
  const values: Record<string, Json | undefined> = {};
  for (const { path, kind } of fieldsOf(schema)) {
    values[path] = defaultAt(schema, path) ?? (kind === "boolean" ? false : undefined);
  }
  return values;
}

function defaultAt(schema: JsonObject, path: string): Json | undefined {
  let here: JsonObject | undefined = schema;
  for (const name of path === "" ? [] : path.split(".")) {
    const part: Json | undefined = isObject(here?.["properties"])
      ? here["properties"][name]
      : undefined;
    here = isObject(part) ? part : undefined;
  }
  return here?.["default"];
}

/** The reply that the fields make; undefined while one that is required is empty. */
export function replyOf(fields: readonly SchemaField[], values: FieldValues): Json | undefined {
  const [only] = fields;
  if (only?.path === "") return values[""];
  const reply: JsonObject = {};
  for (const { path, isRequired } of fields) {
    const value = values[path];
    if (value === undefined || value === "") {
      if (isRequired) return undefined;
      continue;
    }
    place(reply, path.split("."), value);
  }
  return reply;
}

/** A reply taken apart into what is given in each field. */
export function valuesOf(fields: readonly SchemaField[], reply: Json): FieldValues {
  return Object.fromEntries(fields.map(({ path }) => [path, valueAt(reply, path)]));
}

function valueAt(reply: Json, path: string): Json | undefined {
  let here: Json | undefined = reply;
  for (const name of path === "" ? [] : path.split(".")) {
    here = isObject(here) ? here[name] : undefined;
  }
  return here;
}

function place(into: JsonObject, [name = "", ...rest]: string[], value: Json): void {
  if (rest.length === 0) {
    into[name] = value;
    return;
  }
  const inner = isObject(into[name]) ? into[name] : {};
  into[name] = inner;
  place(inner, rest, value);
}
