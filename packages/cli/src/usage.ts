import { parseArgs } from "node:util";
import type { ArgDef } from "citty";

/** Thrown when the command line itself is wrong; the command did nothing. */
export class UsageError extends Error {
  readonly remedy: string | undefined;

  constructor(message: string, remedy?: string) {
    super(message);
    this.name = "UsageError";
    this.remedy = remedy;
  }
}

/** A positional that is `variadic` takes all the words that are left. */
export type CommandArgs = Record<string, ArgDef & { variadic?: boolean }>;

/**
 * Refuses what citty lets through: unknown options, options without their value, and
 * words too many. Throws UsageError.
 */
export function checkCommandLine(rawArgs: string[], args: CommandArgs): void {
  const options: Record<string, { type: "boolean" | "string"; short?: string }> = {};
  for (const [name, def] of Object.entries(args)) {
    if (def.type === "positional") continue;
    const short = "alias" in def ? [def.alias].flat()[0] : undefined;
    options[name] = {
      type: def.type === "boolean" ? "boolean" : "string",
      ...(short && { short }),
    };
  }
  const { tokens } = parseArgs({
    args: rawArgs,
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const known = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    const negated = token.name.startsWith("no-") ? options[token.name.slice(3)] : undefined;
    if (!known && negated?.type !== "boolean") {
      throw new UsageError(`There is no option ${token.rawName}.`);
    }
    if (known?.type === "string" && (token.value === undefined || /^--./.test(token.value))) {
      throw new UsageError(`${token.rawName} needs a value.`);
    }
  }
  checkWords(
    tokens.flatMap((token) => (token.kind === "positional" ? [token.value] : [])),
    args,
  );
}

function checkWords(words: string[], args: CommandArgs): void {
  const expected = Object.entries(args).filter(([, def]) => def.type === "positional");
  if (expected.some(([, def]) => def.variadic)) return;
  const extra = words[expected.length];
  if (extra === undefined) return;
  throw new UsageError(`"${extra}" is one word too many.`, "Put text with spaces in quotes.");
}

interface Range {
  min: number;
  max?: number;
}

/** A number given as an option; undefined when it was not given. Throws UsageError. */
export function numberOption(
  name: string,
  value: string | undefined,
  { min, max = Number.POSITIVE_INFINITY }: Range,
  kind = "number",
): number | undefined {
  if (value === undefined) return undefined;
  const number = value.trim() === "" ? Number.NaN : Number(value);
  const isKind = kind === "number" || Number.isSafeInteger(number);
  if (isKind && number >= min && number <= max) return number;
  const range = max === Number.POSITIVE_INFINITY ? `from ${min}` : `from ${min} to ${max}`;
  throw new UsageError(`--${name} takes a ${kind} ${range}, not "${value}".`);
}

/** A whole number given as an option; undefined when it was not given. Throws UsageError. */
export function integerOption(
  name: string,
  value: string | undefined,
  range: Range,
): number | undefined {
  return numberOption(name, value, range, "whole number");
}

/** One of a few words given as an option; undefined when it was not given. Throws UsageError. */
export function choiceOption<Choice extends string>(
  name: string,
  value: string | undefined,
  choices: readonly Choice[],
): Choice | undefined {
  if (value === undefined) return undefined;
  const chosen = choices.find((choice) => choice === value);
  if (chosen !== undefined) return chosen;
  throw new UsageError(`--${name} takes ${choices.join(", ")}; not "${value}".`);
}

/** A word of the command line that must be one of a few. Throws UsageError. */
export function choiceWord<Choice extends string>(
  what: string,
  word: string,
  choices: readonly Choice[],
): Choice {
  const chosen = choices.find((choice) => choice === word);
  if (chosen !== undefined) return chosen;
  throw new UsageError(`There is no ${what} "${word}".`, `There are ${choices.join(", ")}.`);
}

/** All values of an option that may be repeated; citty keeps the last one only. */
export function repeatedOption(name: string, rawArgs: string[]): string[] {
  const { values } = parseArgs({
    args: rawArgs,
    options: { [name]: { type: "string", multiple: true } },
    strict: false,
    allowPositionals: true,
  });
  return ([values[name] ?? []].flat() as unknown[]).map(String);
}

/** An amount in US dollars given as an option, `2.5` or `$2.50`. Throws UsageError. */
export function dollarOption(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value.replace(/^\$/, "") || Number.NaN);
  if (number > 0 && Number.isFinite(number)) return number;
  throw new UsageError(`--${name} takes an amount in US dollars above 0, not "${value}".`);
}

/** A day given as an option, as `2026-01-31`. Throws UsageError. */
function dayOption(name: string, value: string | undefined): string | undefined {
  if (value === undefined || /^\d{4}-\d{2}-\d{2}$/.test(value)) return value;
  throw new UsageError(`--${name} takes a day as 2026-01-31, not "${value}".`);
}

/** The days --from and --to, as a query takes them. Throws UsageError. */
export function daysOption(args: { from?: string | undefined; to?: string | undefined }) {
  const from = dayOption("from", args.from);
  const to = dayOption("to", args.to);
  if (from && to && from > to) throw new UsageError(`--from ${from} is after --to ${to}.`);
  return { ...(from && { from }), ...(to && { to }) };
}

/** A time given as an option: a day (its beginning, UTC) or ISO 8601. As ISO 8601 in UTC. Throws UsageError. */
export function timeOption(name: string, value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const isTime = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(
    value,
  );
  const at = new Date(isTime ? value : Number.NaN);
  if (!Number.isNaN(at.getTime())) return at.toISOString();
  throw new UsageError(
    `--${name} takes a time as 2026-01-31 or 2026-01-31T12:00:00Z, not "${value}".`,
  );
}
