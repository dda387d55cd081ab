import { z } from "zod";
import { canonicalJson } from "./canonical-json.ts";
import { jsonSchema, type Json, type JsonObject } from "./json.ts";
import { outputText } from "./message.ts";
import { renderTemplate } from "./template.ts";

/** `{{column}}` and `{{row.column}}` stand for values of the row. */
const expected = z.string().max(10_000);

const isPattern = (source: string) => {
  try {
    return Boolean(new RegExp(source, "u"));
  } catch {
    return false;
  }
};

/** How an answer is held against what is known to be right. */
export const answerCheckSchema = z.discriminatedUnion("kind", [
  /** The same text, but for case and space. */
  z.strictObject({ kind: z.literal("text"), expected }),
  /** The last number of the answer is the last number of what is expected. */
  z.strictObject({
    kind: z.literal("number"),
    expected,
    /** How far it may be off. */
    within: z.number().nonnegative().default(0),
  }),
  /** The answer matches. Values of the row are not patterns: they are taken as they stand. */
  z.strictObject({
    kind: z.literal("regex"),
    expected: expected.refine((one) => isPattern(withoutValues(one)), "is no regular expression"),
  }),
  /** The same JSON, whatever the order of keys. A text that is all of a placeholder stands for the value itself. */
  z.strictObject({ kind: z.literal("json"), expected: jsonSchema }),
]);
export type AnswerCheck = z.infer<typeof answerCheckSchema>;
export type AnswerCheckInput = z.input<typeof answerCheckSchema>;

/** Whether a text matches a pattern; a caller's pattern may have to be given up on. */
export type MatchPattern = (pattern: string, text: string) => boolean;

/**
 * Whether an output passes. Throws `row_invalid` when the row lacks a column that the check names.
 *
 * @param matches default: without a bound in time, for patterns that are one's own
 */
export function passes(
  check: AnswerCheck,
  output: Json,
  row: JsonObject,
  matches: MatchPattern = (pattern, text) => new RegExp(pattern, "u").test(text),
): boolean {
  const text = outputText(output);
  switch (check.kind) {
    case "text":
      return plain(text) === plain(render(check.expected, row));
    case "number": {
      const wanted = lastNumber(render(check.expected, row));
      const found = lastNumber(text);
      if (wanted === undefined || found === undefined) return false;
      return Math.abs(found - wanted) <= check.within;
    }
    case "regex":
      return matches(render(check.expected, row, escapePattern), text);
    case "json":
      return canonicalJson(asJson(output)) === canonicalJson(expectedJson(check.expected, row));
  }
}

function render(template: string, row: JsonObject, write = outputText): string {
  return renderTemplate(template, valuesOf(template, row, write));
}

/** The columns that a template names, by the names it uses. */
function valuesOf(template: string, row: JsonObject, write: (value: Json) => string): JsonObject {
  const values: JsonObject = {};
  for (const [, name = ""] of template.matchAll(placeholder)) {
    const column = columnOf(name, row);
    if (column !== undefined) values[name] = write(row[column] ?? null);
  }
  return values;
}

const placeholder = /\{\{\s*([^{}]+?)\s*\}\}/g;

function columnOf(name: string, row: JsonObject): string | undefined {
  const short = name.startsWith("row.") ? name.slice(4) : name;
  return [name, short].find((one) => Object.hasOwn(row, one));
}

function withoutValues(template: string): string {
  return template.replaceAll(placeholder, "x");
}

function escapePattern(value: Json): string {
  return outputText(value).replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

function plain(text: string): string {
  return text.normalize("NFKC").replaceAll(/\s+/g, " ").trim().toLowerCase();
}

const number = /(?:(?<!\d)[-+])?(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)(?:e[-+]?\d+)?/gi;

/** The last number of a text; groups of three digits may have commas between them. */
export function lastNumber(text: string): number | undefined {
  const found = text.match(number)?.at(-1);
  return found === undefined ? undefined : Number(found.replaceAll(",", ""));
}

/** An output that is a text may be JSON all the same. */
function asJson(output: Json): Json {
  if (typeof output !== "string") return output;
  try {
    return JSON.parse(output) as Json;
  } catch {
    return output;
  }
}

function expectedJson(value: Json, row: JsonObject): Json {
  if (typeof value === "string") {
    const [, name] = /^\{\{\s*([^{}]+?)\s*\}\}$/.exec(value) ?? [];
    const column = name === undefined ? undefined : columnOf(name, row);
    return column === undefined ? render(value, row) : asJson(row[column] ?? null);
  }
  if (Array.isArray(value)) return value.map((one) => expectedJson(one, row));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, expectedJson(one, row)]),
  );
}
