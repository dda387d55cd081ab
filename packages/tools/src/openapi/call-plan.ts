import { FlotillaError, type Json, type JsonObject } from "@flotilla/core";
import type { Parameter } from "./document.ts";

/** A field of a tool's input, and where in the request it goes. */
export interface Field {
  /** In the input. */
  name: string;
  parameter: Pick<Parameter, "name" | "in" | "style" | "explode">;
  /** It is sent as JSON. */
  isJson: boolean;
}

/** How a request is made of a tool's input. */
export interface CallPlan {
  method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Without a slash at its end. */
  baseUrl: string;
  /** With `{name}` for parameters. */
  path: string;
  fields: readonly Field[];
  /** Where the body is, and how it is sent; undefined: there is none. */
  body: { field: string; mediaType: string } | undefined;
  /** What is sent for the security scheme, with placeholders. */
  secretHeaders: Readonly<Record<string, string>>;
  secretQuery: Readonly<Record<string, string>>;
}

export interface PlannedRequest {
  url: string;
  headers: Record<string, string>;
  body?: string;
}

/** The request that a call means, with placeholders for credentials. Throws `tool_input_invalid`. */
export function requestOf(plan: CallPlan, input: JsonObject): PlannedRequest {
  let path = plan.path;
  const query: [string, string][] = [];
  const headers: Record<string, string> = { accept: "application/json", ...plan.secretHeaders };
  for (const field of plan.fields) {
    const value = input[field.name];
    if (value === undefined) continue;
    const { name } = field.parameter;
    if (field.parameter.in === "path") {
      path = path.replaceAll(`{${name}}`, pathPart(field, value));
    } else if (field.parameter.in === "query") query.push(...queryOf(field, value));
    else headers[name.toLowerCase()] = oneLine(field.isJson ? JSON.stringify(value) : list(value));
  }
  const pairs = [...query, ...Object.entries(plan.secretQuery)].map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  );
  const url = `${plan.baseUrl}${path}${pairs.length > 0 ? `?${pairs.join("&")}` : ""}`;
  const { body } = plan;
  const content = body && input[body.field];
  if (!body || content === undefined) return { url, headers };
  headers["content-type"] = body.mediaType;
  return { url, headers, body: bodyOf(body.mediaType, content) };
}

/** A value is one part of a path, whatever it holds. Throws `tool_input_invalid` for one that would be another part. */
function pathPart({ name, isJson }: Field, value: Json): string {
  const text = isJson ? JSON.stringify(value) : list(value);
  if (text === "" || text === "." || text === "..") {
    throw new FlotillaError(
      "tool_input_invalid",
      `${name}: ${JSON.stringify(text)} is no part of a path.`,
    );
  }
  return encodeURIComponent(text);
}

/** A header ends with its line. */
function oneLine(text: string): string {
  return text.replace(/[\r\n\0]+/g, " ");
}

function queryOf({ parameter, isJson }: Field, value: Json): [string, string][] {
  const { name, style = "form", explode = style === "form" } = parameter;
  if (isJson) return [[name, JSON.stringify(value)]];
  if (Array.isArray(value)) {
    if (explode) return value.map((one) => [name, scalar(one)]);
    const between = style === "spaceDelimited" ? " " : style === "pipeDelimited" ? "|" : ",";
    return [[name, value.map(scalar).join(between)]];
  }
  if (typeof value !== "object" || value === null) return [[name, scalar(value)]];
  const entries = Object.entries(value);
  if (style === "deepObject") return entries.map(([key, one]) => [`${name}[${key}]`, scalar(one)]);
  if (explode) return entries.map(([key, one]) => [key, scalar(one)]);
  return [[name, list(value)]];
}

function list(value: Json): string {
  if (Array.isArray(value)) return value.map(scalar).join(",");
  if (typeof value !== "object" || value === null) return scalar(value);
  return Object.entries(value)
    .flatMap(([key, one]) => [key, scalar(one)])
    .join(",");
}

function scalar(value: Json): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

function bodyOf(mediaType: string, content: Json): string {
  if (mediaType === "application/x-www-form-urlencoded") {
    const pairs = Object.entries(content as JsonObject).flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value]).map((one): [string, string] => [name, scalar(one)]),
    );
    return new URLSearchParams(pairs).toString();
  }
  if (typeof content === "string" && mediaType.startsWith("text/")) return content;
  return JSON.stringify(content);
}
