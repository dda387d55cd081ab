import type { ComparedRun, RunComparison } from "@flotilla/core";
import { formatCost } from "../../components/cost.tsx";
import { formatCount } from "../../components/count.tsx";
import { formatDuration } from "../../components/duration.tsx";

/** In what two runs can differ, said in few words. */
export interface Change {
  name: string;
  /** `same`, `differs`, `42% less`. */
  says: string;
  isSame: boolean;
  /** What each of them has. */
  from?: { a: string; b: string };
}

/** What differs between two runs as wholes: how they ended, what they answered, and what that took. */
export function changesOf({ a, b, output, counts, steps }: RunComparison): Change[] {
  const different = steps.length - counts.same;
  return [
    {
      name: "Status",
      says: a.status === b.status ? "same" : "differs",
      isSame: a.status === b.status,
      from: { a: a.status, b: b.status },
    },
    {
      name: "Answer",
      says: output.same ? "same" : "differs",
      isSame: output.same,
    },
    amount("Cost", a, b, (run) => run.costMicros, formatCost),
    amount("Duration", a, b, (run) => run.tookMs, formatDuration),
    amount("Tokens", a, b, (run) => run.inputTokens + run.outputTokens, formatCount),
    {
      name: "Steps",
      says: different === 0 ? "same" : `${formatCount(different)} of ${steps.length} differ`,
      isSame: different === 0,
    },
  ];
}

function amount(
  name: string,
  a: ComparedRun,
  b: ComparedRun,
  of: (run: ComparedRun) => number | null,
  write: (amount: number) => string,
): Change {
  const [one, other] = [of(a), of(b)];
  if (one === null || other === null) return { name, says: "not over yet", isSame: true };
  const from = { a: write(one), b: write(other) };
  return { name, says: moreOrLess(one, other), isSame: one === other, from };
}

/** How much more or less the second is. Twice as much and more is told in times. */
function moreOrLess(one: number, other: number): string {
  if (one === other) return "same";
  if (one === 0 || other === 0) return other > one ? "more" : "less";
  if (other >= 2 * one) return `${(other / one).toFixed(other >= 10 * one ? 0 : 1)} times`;
  const percent = Math.round((100 * Math.abs(other - one)) / one);
  return `${percent === 0 ? "<1" : percent}% ${other > one ? "more" : "less"}`;
}
