import fc from "fast-check";
import { hostileTexts, hostileValue, valueOf, type Schema } from "./schema-values.ts";

interface Parameter {
  name: string;
  in: "path" | "query" | "header" | "cookie";
  required?: boolean;
  schema?: Schema;
}

interface Operation {
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema?: Schema }> };
}

/** The parts of an OpenAPI document that requests are made from. */
export interface ApiDocument {
  paths: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, Schema> };
}

/** A request as it goes over the wire. */
export interface FuzzRequest {
  /** Of the document: `POST /api/v1/runs`. */
  operation: string;
  method: string;
  /** Percent-encoded, with its query. */
  path: string;
  headers: Record<string, string>;
  body: Buffer | undefined;
}

/** Ids and names of what there is, by the start of ids (`run`) or the name of a parameter. */
export type Known = ReadonlyMap<string, readonly string[]>;

const methods = ["get", "post", "put", "patch", "delete"];
const contentTypes = [
  "text/plain",
  "application/xml",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "application/json; charset=utf-16",
  "text/csv",
  "application/x-ndjson",
  "application/json;;",
  "/",
  "",
];
const rawPaths = [
  "%",
  "%zz",
  "%00",
  "%c0%ae",
  "%ff",
  "..",
  "%2e%2e",
  "%2f",
  "a//b",
  "%F0%9F%98%80",
];

/** Whether a request is meant to be taken, to be wrong in one place, or to be wrong in all. */
const moods = ["valid", "valid", "odd", "hostile"] as const;
type Mood = (typeof moods)[number];

/**
 * Requests to every operation of the document: some as it has them, some with one or more things
 * wrong, and some that no document knows.
 */
export function fuzzRequests(document: ApiDocument, known: Known): fc.Arbitrary<FuzzRequest> {
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => methods.includes(method))
      .map(([method, operation]) => ({ path, method, operation })),
  );
  const requests = operations.map(({ path, method, operation }) =>
    fc
      .constantFrom(...moods)
      .chain((mood) => requestOf(document, known, { path, method, operation, mood })),
  );
  return fc.oneof(
    { arbitrary: fc.oneof(...requests), weight: 30 },
    { arbitrary: unknownRequest(document), weight: 1 },
  );
}

interface Target {
  path: string;
  method: string;
  operation: Operation;
  mood: Mood;
}

function requestOf(document: ApiDocument, known: Known, target: Target): fc.Arbitrary<FuzzRequest> {
  const { path, method, operation, mood } = target;
  const parameters = operation.parameters ?? [];
  const values = fc.tuple(
    ...parameters.map((parameter) => parameterValue(document, known, parameter, mood)),
  );
  return fc
    .record({
      values,
      body: bodyOf(document, operation, mood),
      extraQuery: extraQuery(parameters, mood),
      headers: extraHeaders(mood),
    })
    .map((drawn) => {
      let filled = path;
      const query: string[] = [...drawn.extraQuery];
      const headers: Record<string, string> = { ...drawn.headers, ...drawn.body.headers };
      parameters.forEach((parameter, i) => {
        const value = drawn.values[i];
        if (value === undefined) return;
        if (parameter.in === "path") filled = filled.replace(`{${parameter.name}}`, value);
        else if (parameter.in === "query") query.push(`${parameter.name}=${value}`);
        else if (parameter.in === "header") headers[parameter.name] = headerText(value);
      });
      return {
        operation: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path: query.length > 0 ? `${filled}?${query.join("&")}` : filled,
        headers,
        body: drawn.body.bytes,
      };
    });
}

/** Encoded; undefined: left out. */
function parameterValue(
  { components }: ApiDocument,
  known: Known,
  { name, in: place, required = false, schema = {} }: Parameter,
  mood: Mood,
): fc.Arbitrary<string | undefined> {
  // No schema says which fields an answer has, and from where a list goes on.
  if (mood === "valid" && ["fields", "cursor"].includes(name)) return fc.constant(undefined);
  const [, prefix = ""] = /^\^([a-z]{3})_/.exec(schema.pattern ?? "") ?? [];
  const there = known.get(prefix) ?? known.get(name) ?? [];
  const drawn = valueOf(schema, resolverOf(components)).map(asText);
  const valid =
    there.length > 0 ? fc.oneof({ arbitrary: fc.constantFrom(...there), weight: 4 }, drawn) : drawn;
  const raw = fc.oneof(
    fc.constantFrom(...rawPaths),
    hostileValue.map((value) => encode(asText(value))),
  );
  const encoded = valid.map(encode);
  const value =
    mood === "valid"
      ? encoded
      : mood === "odd"
        ? fc.oneof({ arbitrary: encoded, weight: 3 }, raw)
        : raw;
  return required || place === "path" ? value : fc.option(value, { nil: undefined });
}

function resolverOf(components: ApiDocument["components"]) {
  return (ref: string): Schema => components?.schemas?.[ref.split("/").at(-1) ?? ""] ?? {};
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** As browsers do, also for what `encodeURIComponent` throws at; of a length that goes out. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed().slice(0, 2_000));
}

/** Only what a header can hold at all. */
function headerText(text: string): string {
  return text.replaceAll(/[^\x20-\x7e\x80-\xff]/g, "?").slice(0, 2_000);
}

interface Body {
  bytes: Buffer | undefined;
  headers: Record<string, string>;
}

const noBody: Body = { bytes: undefined, headers: {} };

function bodyOf({ components }: ApiDocument, operation: Operation, mood: Mood): fc.Arbitrary<Body> {
  const content = Object.entries(operation.requestBody?.content ?? {});
  const odd = strangeBody();
  if (content.length === 0) {
    return mood === "hostile" ? fc.oneof(fc.constant(noBody), odd) : fc.constant(noBody);
  }
  const valid = fc.constantFrom(...content).chain(([type, { schema = {} }]) => {
    const value = valueOf(schema, resolverOf(components));
    const isJson = type === "application/json";
    const bytes = isJson
      ? (mood === "valid" ? value : value.chain(spoilt)).map((one) =>
          Buffer.from(JSON.stringify(one)),
        )
      : rows();
    return bytes.map((one) => ({ bytes: one, headers: { "content-type": type } }));
  });
  if (mood === "valid") return valid;
  return fc.oneof(
    { arbitrary: valid, weight: mood === "odd" ? 6 : 1 },
    { arbitrary: odd, weight: 1 },
  );
}

/** The value with something in it replaced, added or left out. */
function spoilt(value: unknown): fc.Arbitrary<unknown> {
  if (typeof value !== "object" || value === null) return hostileValue;
  const keys = Object.keys(value);
  const name = fc.oneof(fc.constantFrom("zzz", "__proto__", "", "id"), fc.string({ maxLength: 8 }));
  const added = fc
    .tuple(name, hostileValue)
    .map(([key, one]) => (Array.isArray(value) ? [...value, one] : withMember(value, key, one)));
  if (keys.length === 0) return fc.oneof(added, hostileValue);
  const replaced = fc.constantFrom(...keys).chain((key) => {
    const inner = (value as Record<string, unknown>)[key];
    return fc.oneof(hostileValue, spoilt(inner)).map((one) => replacedMember(value, key, one));
  });
  const dropped = fc.constantFrom(...keys).map((key) => replacedMember(value, key, undefined));
  return fc.oneof({ arbitrary: replaced, weight: 6 }, added, dropped, hostileValue);
}

function withMember(value: object, key: string, member: unknown): object {
  return Object.defineProperty({ ...value }, key, {
    value: member,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

function replacedMember(value: object, key: string, member: unknown): object {
  if (!Array.isArray(value)) return withMember(value, key, member);
  return value.map((one: unknown, i) => (String(i) === key ? (member ?? null) : one));
}

/** Bodies that no route takes: no JSON, no UTF-8, other types, doubled members, deep nests. */
function strangeBody(): fc.Arbitrary<Body> {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
    fc
      .constantFrom(
        "{",
        "",
        "[1,",
        '{"a":1,"a":2}',
        '{"__proto__":{"isAdmin":true}}',
        '"\\ud800"',
        "1e999",
        "\ufeff{}",
        "[".repeat(10_000),
        `${"[".repeat(500)}${"]".repeat(500)}`,
        "null",
      )
      .map((text) => Buffer.from(text)),
    hostileValue.map((value) => Buffer.from(JSON.stringify(value))),
  );
  const type = fc.oneof(fc.constant("application/json"), fc.constantFrom(...contentTypes));
  return fc.tuple(bytes, type).map(([one, contentType]): Body => {
    return { bytes: one, headers: contentType === "" ? {} : { "content-type": contentType } };
  });
}

/** Rows of a batch, some of them not right. */
function rows(): fc.Arbitrary<Buffer> {
  const line = fc.oneof(
    fc.constantFrom("a,b", '{"question":"6 * 7"}', '"open', "1,2,3,4", "", "{}", "[1]", '{"a":'),
    fc.string({ unit: "binary", maxLength: 30 }),
  );
  return fc.array(line, { maxLength: 12 }).map((lines) => Buffer.from(lines.join("\n")));
}

function extraQuery(parameters: Parameter[], mood: Mood): fc.Arbitrary<string[]> {
  if (mood === "valid") return fc.constant<string[]>([]);
  const names = [
    ...parameters.filter((one) => one.in === "query").map(({ name }) => name),
    "fields",
    "zzz",
  ];
  const pair = fc
    .tuple(
      fc.constantFrom(...names),
      fc.oneof(
        fc.constantFrom(...rawPaths),
        hostileValue.map((one) => encode(asText(one))),
      ),
    )
    .map(([name, value]) => `${name}=${value}`);
  return fc.oneof(
    { arbitrary: fc.constant<string[]>([]), weight: 4 },
    fc.array(pair, { minLength: 1, maxLength: 3 }),
  );
}

function extraHeaders(mood: Mood): fc.Arbitrary<Record<string, string>> {
  const scope = fc.constantFrom<Record<string, string>>(
    {},
    { "flotilla-organisation": "default" },
    { "flotilla-organisation": "default", "flotilla-environment": "dev" },
  );
  if (mood === "valid") return scope;
  const text = fc.oneof(
    fc.constantFrom(...hostileTexts),
    fc.constantFrom("*", '"a"', 'W/"a", "b"', "bytes=0-", "bytes=9-1", "gzip;q=0", "-1", "7"),
    fc.string({ maxLength: 30 }),
  );
  const names = [
    "accept",
    "accept-encoding",
    "authorization",
    "cookie",
    "flotilla-environment",
    "flotilla-organisation",
    "forwarded",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "last-event-id",
    "origin",
    "range",
    "traceparent",
    "x-forwarded-for",
    "x-request-id",
  ];
  const odd = fc.dictionary(fc.constantFrom(...names), text.map(headerText), { maxKeys: 2 });
  return fc.tuple(scope, odd).map(([own, others]) => ({ ...own, ...others }));
}

function unknownRequest(document: ApiDocument): fc.Arbitrary<FuzzRequest> {
  const path = fc.oneof(
    fc.constantFrom(...Object.keys(document.paths)),
    fc.constantFrom(...rawPaths, ...hostileTexts).map((text) => `/api/v1/${encode(text)}`),
    fc.constantFrom(...rawPaths).map((text) => `/api/v1/runs/${text}`),
    fc.constantFrom(
      "/",
      "//",
      "/api",
      "/api/v1",
      "/v1",
      "/docs/../x",
      "/assets/../../x",
      "/%2e%2e/",
    ),
  );
  const method = fc.constantFrom(
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "DELETE",
    "PATCH",
    "OPTIONS",
    "TRACE",
    "PURGE",
  );
  return fc.tuple(path, method, strangeBody()).map(([to, verb, body]) => ({
    operation: "unknown",
    method: verb,
    path: to.replaceAll(/[{}]/g, ""),
    headers: verb === "GET" || verb === "HEAD" ? {} : body.headers,
    body: verb === "GET" || verb === "HEAD" ? undefined : body.bytes,
  }));
}
