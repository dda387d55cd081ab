import type { JsonObject } from "@flotilla/core";
import type { CallPlan, Field } from "./call-plan.ts";
import type { OpenApiDocument, Operation, Parameter, PathItem, RequestBody } from "./document.ts";
import { inlineSchema, resolve, type Inlining } from "./resolve.ts";

const mostSchemas = 5_000;
/** The most that models are told of one input, in bytes. */
const mostBytes = 64 * 1024;
const longestText = 1_000;
/** Set by what sends the request; see the OpenAPI specification, "Parameter Object". */
const ownHeaders = new Set(["accept", "content-type", "authorization"]);

export interface OperationInput {
  schema: JsonObject;
  fields: Field[];
  body: CallPlan["body"];
}

/** What can be called of an operation, or why it cannot. */
export type InputFound = OperationInput | { problem: string };

/** The input of an operation: its parameters by their names, and its body as the field `body`. */
export function inputOf(
  document: OpenApiDocument,
  item: PathItem,
  operation: Operation,
): InputFound {
  const inlining: Inlining = { document, definitions: {}, left: mostSchemas };
  const properties: JsonObject = {};
  const required: string[] = [];
  const fields: Field[] = [];
  for (const parameter of parametersOf(document, item, operation)) {
    if (parameter.in === "cookie") {
      if (parameter.required) return { problem: `it needs the cookie ${parameter.name}` };
      continue;
    }
    if (parameter.in === "header" && ownHeaders.has(parameter.name.toLowerCase())) continue;
    const name = freeName(properties, parameter);
    const media = parameter.content && Object.values(parameter.content)[0];
    const schema = inlineSchema(inlining, media?.schema ?? parameter.schema ?? {});
    properties[name] = described(schema, parameter.description);
    fields.push({ name, parameter, isJson: media !== undefined });
    if (parameter.required || parameter.in === "path") required.push(name);
  }
  const asked = operation.requestBody && resolve<RequestBody>(document, operation.requestBody);
  const body = asked && bodyOf(asked);
  if (body && "problem" in body) {
    if (asked?.required) return body;
  } else if (body) {
    const field = freeName(properties, { name: "body", in: "query" });
    properties[field] = described(inlineSchema(inlining, body.schema), asked?.description);
    if (asked?.required) required.push(field);
    return sized(inlining, { properties, required, fields, body: { field, ...body } });
  }
  return sized(inlining, { properties, required, fields, body: undefined });
}

interface Parts {
  properties: JsonObject;
  required: string[];
  fields: Field[];
  body: CallPlan["body"];
}

function sized(
  { definitions }: Inlining,
  { properties, required, fields, body }: Parts,
): InputFound {
  const schema: JsonObject = {
    type: "object",
    properties,
    ...(required.length > 0 && { required }),
    additionalProperties: false,
    ...(Object.keys(definitions).length > 0 && { $defs: definitions }),
  };
  const bytes = Buffer.byteLength(JSON.stringify(schema));
  if (bytes > mostBytes)
    return { problem: `its input has ${bytes} bytes of schema, more than ${mostBytes}` };
  return { schema, fields, body };
}

/** Those of the operation in the place of those of its path. */
function parametersOf(
  document: OpenApiDocument,
  item: PathItem,
  operation: Operation,
): Parameter[] {
  const all = new Map<string, Parameter>();
  for (const given of [...(item.parameters ?? []), ...(operation.parameters ?? [])]) {
    const parameter = resolve<Parameter>(document, given);
    if (parameter) all.set(`${parameter.in} ${parameter.name}`, parameter);
  }
  return [...all.values()];
}

/** Names that providers take, each once. */
function freeName(taken: JsonObject, parameter: Pick<Parameter, "name" | "in">): string {
  const name = parameter.name.replace(/[^A-Za-z0-9_.-]+/g, "_").slice(0, 60) || "value";
  if (!Object.hasOwn(taken, name)) return name;
  const second = `${parameter.in}_${name}`.slice(0, 62);
  return Object.hasOwn(taken, second) ? `${second}_2` : second;
}

function described(schema: JsonObject, description: string | undefined): JsonObject {
  const text = description ?? schema.description;
  return typeof text === "string" ? { ...schema, description: text.slice(0, longestText) } : schema;
}

const sendable =
  /^(?:application\/(?:[\w.-]+\+)?json|application\/x-www-form-urlencoded|text\/plain)$/;

function bodyOf({
  content,
}: RequestBody): { mediaType: string; schema: JsonObject } | { problem: string } {
  const types = Object.keys(content);
  const isJson = (type: string) => base(type).endsWith("json");
  const type = types.find(isJson) ?? types.find((one) => sendable.test(base(one)));
  if (type === undefined) return { problem: `its body is ${types.join(" or ") || "of no type"}` };
  return { mediaType: type, schema: content[type]?.schema ?? {} };
}

function base(type: string): string {
  return type.split(";")[0]?.trim().toLowerCase() ?? "";
}
