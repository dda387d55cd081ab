import { FlotillaError, type Json, type JsonObject } from "@flotilla/core";
import type { OpenApiDocument, Reference } from "./document.ts";

/** What says nothing to a model, or is not JSON Schema. */
const dropped = new Set(["xml", "externalDocs", "discriminator", "example", "deprecated"]);

/** What a reference of the document stands for; references to references are followed. Undefined: nothing. */
export function resolve<T>(document: OpenApiDocument, value: T | Reference): T | undefined {
  let found: unknown = value;
  for (let steps = 0; steps < 20; steps++) {
    if (typeof found !== "object" || found === null || !("$ref" in found)) return found as T;
    found = at(document, String(found.$ref));
  }
  return undefined;
}

function at(document: OpenApiDocument, pointer: string): unknown {
  let found: unknown = document;
  for (const part of pointer.replace(/^#\/?/, "").split("/")) {
    const name = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof found !== "object" || found === null) return undefined;
    found = Object.hasOwn(found, name) ? (found as Record<string, unknown>)[name] : undefined;
  }
  return found;
}

/** What one input is made of. */
export interface Inlining {
  document: OpenApiDocument;
  /** Schemas that refer to themselves, by the names they have in `$defs`. */
  definitions: Record<string, JsonObject>;
  /** So many schemas more may stand in it: what is shared stands there each time. */
  left: number;
}

/**
 * The schema without references to the document: what it refers to stands in it, save for what refers to itself, which
 * is put into `definitions`. Properties that only answers have (`readOnly`) are left out. Throws `too_large`.
 */
export function inlineSchema(
  inlining: Inlining,
  schema: JsonObject,
  above: readonly string[] = [],
): JsonObject {
  const { definitions } = inlining;
  if ((inlining.left -= 1) < 0) throw new FlotillaError("too_large", "its input is too large");
  const { $ref } = schema;
  if (typeof $ref !== "string") return inlineObject(inlining, schema, above);
  const found = at(inlining.document, $ref) as JsonObject | undefined;
  if (found === undefined) return {};
  const name =
    $ref
      .split("/")
      .at(-1)
      ?.replace(/[^A-Za-z0-9_.-]/g, "_") ?? "schema";
  if (above.includes($ref)) {
    // What is being written below the same name is taken as it is once it is whole.
    definitions[name] ??= {};
    return { $ref: `#/$defs/${name}` };
  }
  const inlined = inlineSchema(inlining, found, [...above, $ref]);
  if (definitions[name] === undefined) return inlined;
  if (Object.keys(definitions[name]).length === 0) Object.assign(definitions[name], inlined);
  return { $ref: `#/$defs/${name}` };
}

function inlineObject(
  inlining: Inlining,
  schema: JsonObject,
  above: readonly string[],
): JsonObject {
  const inline = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(inline);
    if (typeof value !== "object" || value === null) return value;
    return inlineSchema(inlining, value, above);
  };
  const entries = Object.entries(schema).flatMap(([key, value]): [string, Json][] => {
    if (dropped.has(key) || key.startsWith("x-")) return [];
    if (key === "enum" || key === "const" || key === "default" || key === "examples") {
      return [[key, value]];
    }
    if (key === "properties") return [[key, propertiesOf(value as JsonObject, inline)]];
    return [[key, inline(value)]];
  });
  const made: JsonObject = Object.fromEntries(entries);
  if (Array.isArray(made.required)) {
    const hidden = readOnlyNames(schema);
    made.required = made.required.filter((name) => !hidden.has(name));
  }
  return made;
}

/** Names of properties are no keywords. */
function propertiesOf(properties: JsonObject, inline: (value: Json) => Json): JsonObject {
  const kept = Object.entries(properties).filter(
    ([, value]) => (value as JsonObject).readOnly !== true,
  );
  return Object.fromEntries(kept.map(([name, value]) => [name, inline(value)]));
}

function readOnlyNames({ properties = {} }: JsonObject): ReadonlySet<Json> {
  const all = Object.entries(properties as JsonObject);
  return new Set(
    all.flatMap(([name, value]) => ((value as JsonObject).readOnly === true ? [name] : [])),
  );
}
