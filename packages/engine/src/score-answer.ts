import { outputText, type Run, type Scorer } from "@flotilla/core";

type Rules = Extract<Scorer, { kind: "rules" }>;

/** How sure an answer looks by rules: 1 lowered to the least score of those that apply. */
export function scoreByRules(rules: Rules, run: Run, text: string): number {
  const scores = [1];
  const { requires, patterns, calculator } = rules;
  if (requires && !regex(requires.regex).test(text)) scores.push(requires.score);
  for (const pattern of patterns) if (regex(pattern.regex).test(text)) scores.push(pattern.score);
  const result = calculator === undefined ? undefined : lastResult(run);
  if (calculator !== undefined && result !== undefined && !isLastNumber(text, result)) {
    scores.push(calculator);
  }
  return Math.min(...scores);
}

/** The confidence in a judge's own words; undefined when it said no number from 0 to 1. */
export function scoreIn(text: string): number | undefined {
  const found = /(?<![\d.-])(?:0?\.\d+|[01](?:\.\d+)?)(?![\d.]*\d|%)/.exec(text);
  const score = found ? Number(found[0]) : NaN;
  return score >= 0 && score <= 1 ? score : undefined;
}

/** The last number that the calculator gave since the conversation began; undefined: none. */
function lastResult(run: Run): number | undefined {
  const start = run.steps.findLastIndex((step) => step.kind === "escalation") + 1;
  const last = run.steps
    .slice(start)
    .findLast((step) => step.kind === "tool" && step.tool === "calculator");
  if (last?.kind !== "tool" || last.status !== "done") return undefined;
  const result = Number(outputText(last.output));
  return Number.isFinite(result) ? result : undefined;
}

/** Whether the text's last number is that result, to as many decimals as it is written with. */
function isLastNumber(text: string, result: number): boolean {
  const written = text
    .match(/-?\d[\d,]*(?:\.\d+)?/g)
    ?.at(-1)
    ?.replaceAll(",", "");
  if (written === undefined) return false;
  const decimals = Math.min(written.split(".")[1]?.length ?? 0, 20);
  return Number(written) === Number(result.toFixed(decimals));
}

const compiled = new Map<string, RegExp>();

function regex(source: string): RegExp {
  let found = compiled.get(source);
  if (!found) compiled.set(source, (found = new RegExp(source, "iu")));
  return found;
}
