import fc from "fast-check";

/** JSON Schema, as an OpenAPI 3.1 document holds it. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  pattern?: string;
  format?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minItems?: number;
  maxItems?: number;
  items?: Schema;
  prefixItems?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
}

/** Finds what a `$ref` stands for. */
export type Resolve = (ref: string) => Schema;

/** Nothing nests deeper than schemas that name themselves may make it. */
const deepest = 5;

/** Texts that have broken programs before: as values, names and parts of addresses. */
export const hostileTexts: readonly string[] = [
  "",
  " ",
  "\0",
  "a\0b",
  "\ud800",
  "\udc00x",
  "\uffff",
  "\u202e\u2066",
  "\r\nx-injected: 1",
  "😀".repeat(70),
  "x".repeat(300),
  "x".repeat(20_000),
  "../../../etc/passwd",
  "..%2f..%2f",
  "__proto__",
  "constructor",
  "toString",
  "'; DROP TABLE run; --",
  "$1",
  "{{x}}{{",
  "%",
  "%00",
  "<script>alert(1)</script>",
  "${7*7}",
  "NaN",
  "-1",
  "1e999",
  "0x10",
  "9007199254740993",
  "99999999999999999999999999",
  "2026-02-30",
  "-99999-01-01",
  "0000-00-00",
  "true",
  "null",
  "[]",
];

/** Any value at all, and those that have broken programs before. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...hostileTexts),
  fc.constantFrom<unknown>(null, true, 0, -0, -1, 1.5, 1e308, -1e308, 2 ** 31, 2 ** 53, 5e-324),
  fc.constantFrom<unknown>([], {}, [[]], [null], { "": "" }, { constructor: 1 }, { length: 1e9 }),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.jsonValue({ maxDepth: 3, stringUnit: "binary" }),
  fc.integer({ min: 10, max: 80 }).map((depth) => nested(depth)),
);

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { a: value };
  return value;
}

/** A value that the schema takes, as far as the schema tells. */
export function valueOf(schema: Schema, resolve: Resolve, depth = 0): fc.Arbitrary<unknown> {
  if (schema.$ref) return depth > deepest ? fc.constant(null) : ofRef(schema.$ref, resolve, depth);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches) return fc.oneof(...branches.map((branch) => valueOf(branch, resolve, depth)));
  if (schema.allOf) return ofAll(schema.allOf, resolve, depth);
  const types = [schema.type ?? "any"].flat();
  return fc.oneof(...types.map((type) => ofType(type, schema, resolve, depth)));
}

function ofRef(ref: string, resolve: Resolve, depth: number): fc.Arbitrary<unknown> {
  return fc.constant(null).chain(() => valueOf(resolve(ref), resolve, depth + 1));
}

function ofAll(schemas: Schema[], resolve: Resolve, depth: number): fc.Arbitrary<unknown> {
  const parts = schemas.map((schema) => valueOf(schema, resolve, depth));
  return fc.tuple(...parts).map((values) => Object.assign({}, ...values) as unknown);
}

function ofType(
  type: string,
  schema: Schema,
  resolve: Resolve,
  depth: number,
): fc.Arbitrary<unknown> {
  switch (type) {
    case "string":
      return textOf(schema);
    case "integer":
    case "number":
      return numberOf(schema, type === "integer");
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "array":
      return listOf(schema, resolve, depth);
    case "object":
      return objectOf(schema, resolve, depth);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function textOf({ pattern, format, minLength = 0, maxLength = 40 }: Schema): fc.Arbitrary<unknown> {
  if (format === "date") return fc.constantFrom("2026-01-31", "1999-12-31", "9999-12-31");
  if (format === "date-time")
    return fc.constantFrom("2026-01-31T10:00:00Z", "2026-01-31T10:00:00.5Z");
  if (format === "uri") return fc.webUrl();
  if (pattern !== undefined) return matching(pattern);
  const longest = Math.max(minLength, Math.min(maxLength, 40));
  return fc.string({ unit: "grapheme", minLength, maxLength: longest });
}

/** The generator knows no look-around; such texts are then any texts. */
function matching(pattern: string): fc.Arbitrary<unknown> {
  try {
    return fc.stringMatching(new RegExp(pattern));
  } catch {
    return fc.string();
  }
}

function numberOf(schema: Schema, isInteger: boolean): fc.Arbitrary<unknown> {
  const least = schema.minimum ?? schema.exclusiveMinimum ?? -1_000;
  const most = schema.maximum ?? schema.exclusiveMaximum ?? Math.max(1_000, least + 1_000);
  const [min, max] = [Math.ceil(Math.max(least, -(2 ** 53))), Math.floor(Math.min(most, 2 ** 53))];
  const edge = fc.constantFrom(least, most, (least + most) / 2);
  const whole = fc.integer({ min: Math.min(min, max), max });
  return isInteger ? fc.oneof(whole, edge) : fc.oneof(whole, edge, fc.double({ min, max }));
}

function listOf(schema: Schema, resolve: Resolve, depth: number): fc.Arbitrary<unknown> {
  if (schema.prefixItems) {
    return fc.tuple(...schema.prefixItems.map((item) => valueOf(item, resolve, depth + 1)));
  }
  const maxLength = depth > deepest ? (schema.minItems ?? 0) : Math.min(schema.maxItems ?? 4, 4);
  const minLength = Math.min(schema.minItems ?? 0, maxLength);
  return fc.array(valueOf(schema.items ?? {}, resolve, depth + 1), { minLength, maxLength });
}

function objectOf(schema: Schema, resolve: Resolve, depth: number): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties } = schema;
  const members = Object.entries(properties)
    .filter(([name]) => depth <= deepest || required.includes(name))
    .map(([name, member]) => [name, valueOf(member, resolve, depth + 1)] as const);
  const record = fc.record(Object.fromEntries(members), {
    requiredKeys: required.filter((name) => name in properties),
  });
  if (typeof additionalProperties !== "object" || depth > deepest) return record;
  const further = fc.dictionary(
    fc.string({ maxLength: 10 }),
    valueOf(additionalProperties, resolve, depth + 1),
    {
      maxKeys: 3,
    },
  );
  return fc.tuple(record, further).map(([own, others]) => ({ ...others, ...own }));
}
