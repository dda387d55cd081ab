import { answerCheckSchema, type AnswerCheckInput, type Json } from "@flotilla/core";
import { UsageError } from "./usage.ts";

export const checkArg = {
  type: "string",
  valueHint: "kind=expected",
  description: "What is right: number, text, regex or json, as in 'number={{row.answer}}'",
} as const;

/** A check of answers given as an option; undefined when it was not given. Throws UsageError. */
export function checkOption(value: string | undefined): AnswerCheckInput | undefined {
  if (value === undefined) return undefined;
  const [, kind = "", text = ""] = /^(\w+)=(.*)$/s.exec(value) ?? [];
  const parsed = answerCheckSchema.safeParse({
    kind,
    expected: kind === "json" ? asJson(text) : text,
  });
  if (parsed.success) return parsed.data;
  throw new UsageError(
    `--check takes a kind and what is expected, not "${value}".`,
    "The kinds are number, text, regex and json: --check 'number={{row.answer}}'.",
  );
}

function asJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new UsageError(`--check json is no JSON: ${text}`);
  }
}
