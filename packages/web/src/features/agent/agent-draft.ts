import {
  agentSpecSchema,
  specIssues,
  specPath,
  specPlace,
  type AgentSpec,
  type Json,
  type JsonObject,
} from "@flotilla/core";
import { LineCounter, parseDocument, stringify, type Document } from "yaml";
import { isObject, type SpecPath } from "./agent-schema.ts";

/** Something wrong with a draft. */
export interface DraftProblem {
  /** `limits.maxSteps`, `tools[2]`; empty for the whole. */
  path: string;
  message: string;
  /** Where in the text, and in which line, from 1. */
  from: number;
  to: number;
  line: number;
}

/** An agent that is being written: its text is all there is of it, and the rest is read from that. */
export interface AgentDraft {
  text: string;
  /** What the text says; null while it is not YAML of an object. */
  value: JsonObject | null;
  /** The definition, once nothing is wrong with it. */
  spec: AgentSpec | null;
  problems: readonly DraftProblem[];
}

/** Reads a text, with all that is wrong with it. */
export function readDraft(text: string): AgentDraft {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const placed = (path: string, message: string, from: number, to: number): DraftProblem => ({
    ...{ path, message, from, to },
    line: lines.linePos(from).line || 1,
  });
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ message, pos: [from, to] }) =>
      placed("", message, from, to),
    );
    return { text, value: null, spec: null, problems };
  }
  const value = valueOf(document);
  if (!value) {
    const message = "A definition is a list of settings, such as `name: math`.";
    return { text, value: null, spec: null, problems: [placed("", message, 0, text.length)] };
  }
  const parsed = agentSpecSchema.safeParse(value);
  if (parsed.success) return { text, value, spec: parsed.data, problems: [] };
  const problems = specIssues(parsed.error).map(({ path, message }) => {
    const isMissing = path.length > 0 && document.getIn(path) === undefined;
    const said = isMissing ? "This is needed." : message;
    return placed(specPath(path), said, ...specPlace(document, path));
  });
  return { text, value, spec: null, problems };
}

/** A problem that somebody else found in a text that is well-formed. */
export function problemAt(
  text: string,
  path: readonly PropertyKey[],
  message: string,
): DraftProblem {
  const lines = new LineCounter();
  const [from, to] = specPlace(parseDocument(text, { lineCounter: lines }), path);
  return { path: specPath(path), message, from, to, line: lines.linePos(from).line || 1 };
}

function valueOf(document: Document.Parsed): JsonObject | null {
  if (document.contents === null) return {};
  const value: unknown = document.toJS();
  return isObject(value) ? value : null;
}

/** What stands at a place of a draft. */
export function valueAt({ value }: AgentDraft, path: SpecPath): Json | undefined {
  let here: Json | undefined = value ?? undefined;
  for (const key of path) here = isObject(here) ? here[key] : undefined;
  return here;
}

/**
 * The text with something else at a place; undefined takes away what stands there, and what holds nothing else.
 * Comments and the order of the rest stay. A text that is not YAML stays as it is.
 */
export function withValue(text: string, path: SpecPath, value: Json | undefined): string {
  const document = parseDocument(text);
  if (document.errors.length > 0) return text;
  if (document.contents === null) {
    return value === undefined ? text : text + written(nested(path, value));
  }
  if (value === undefined) {
    remove(document, path);
  } else {
    // What holds it may be there as a word, such as `cache: true`.
    for (let depth = 1; depth < path.length; depth++) {
      const above = path.slice(0, depth);
      if (document.hasIn(above) && !isMap(document, above)) document.deleteIn(above);
    }
    document.setIn(path, document.createNode(value));
  }
  return document.toString({ blockQuote: "literal", lineWidth: 0 });
}

function remove(document: Document.Parsed, path: SpecPath): void {
  document.deleteIn(path);
  const above = path.slice(0, -1);
  if (above.length === 0 || !isMap(document, above)) return;
  if (Object.keys((document.toJS() as JsonObject | null) ?? {}).length === 0) return;
  const held: unknown = above.reduce<unknown>(
    (here, key) => (isObject(here) ? here[key] : undefined),
    document.toJS(),
  );
  if (isObject(held) && Object.keys(held).length === 0) remove(document, above);
}

function isMap(document: Document.Parsed, path: SpecPath): boolean {
  const node: unknown = document.getIn(path, true);
  return typeof node === "object" && node !== null && "items" in node;
}

function nested(path: SpecPath, value: Json): Json {
  return path.toReversed().reduce<Json>((inner, key) => ({ [key]: inner }), value);
}

function written(value: Json): string {
  return stringify(value, { blockQuote: "literal", lineWidth: 0 });
}

/** What is wrong at a place, or below it. */
export function problemsAt(problems: readonly DraftProblem[], path: SpecPath): string[] {
  const at = path.join(".");
  return problems
    .filter(
      (one) =>
        one.path === at || (/^[.[]/.test(one.path.slice(at.length)) && one.path.startsWith(at)),
    )
    .map(({ message }) => message);
}
