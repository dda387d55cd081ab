import {
  outputText,
  type ForkOutcome,
  type ForkPair,
  type ForkSummary,
  type PairedRun,
} from "@flotilla/core";
import type { Style, Terminal } from "../terminal.ts";
import { money } from "./money.ts";
import { count, counted } from "./number.ts";
import { cut, oneLine, table, type Column } from "./table.ts";
import { duration } from "./time.ts";

const styles: Partial<Record<ForkOutcome, Style>> = {
  fixed: "green",
  regressed: "red",
  error: "red",
  failing: "yellow",
};
const said: Readonly<Record<ForkOutcome, string>> = {
  fixed: "fixed",
  failing: "still failing",
  regressed: "regressed",
  same: "passing as before",
  error: "with an error",
  open: "not ended yet",
};

interface SumRow {
  name: string;
  sums: ForkSummary["before"];
}

/** What became of forked runs, and what both sides took. */
export function summaryText(
  { pairs, counts, before, after }: ForkSummary,
  terminal: Terminal,
): string {
  const outcomes = (Object.keys(said) as ForkOutcome[])
    .filter((outcome) => counts[outcome] > 0)
    .map((outcome) => painted(outcome, `${count(counts[outcome])} ${said[outcome]}`, terminal));
  const columns: Column<SumRow>[] = [
    { title: "", value: ({ name }) => name },
    { title: "PASSED", align: "right", value: ({ sums }) => count(sums.passed) },
    {
      title: "TOKENS",
      align: "right",
      value: ({ sums }) => count(sums.inputTokens + sums.outputTokens),
    },
    {
      title: "COST",
      align: "right",
      value: ({ sums }) => money(sums.costMicros, sums.costIncomplete),
    },
    { title: "TIME", align: "right", value: ({ sums }) => duration(sums.ms) },
  ];
  const rows = [
    { name: "before", sums: before },
    { name: "after", sums: after },
  ];
  if (pairs === 0) return "No run of this batch is a fork. Name one that flotilla batch fork made.";
  return `${counted(pairs, "run")} forked: ${outcomes.join(", ")}.\n\n${table(rows, columns, terminal)}`;
}

/** Runs and their forks, one pair in a line. */
export function pairTable(pairs: readonly ForkPair[], terminal: Terminal): string {
  const columns: Column<ForkPair>[] = [
    { title: "ROW", align: "right", value: ({ row }) => count(row) },
    { title: "OUTCOME", value: ({ outcome }) => painted(outcome, said[outcome], terminal) },
    { title: "RUN", value: ({ before }) => before.runId ?? "-" },
    { title: "FORK", value: ({ after }) => after.runId ?? "-" },
    {
      title: "COST",
      align: "right",
      value: ({ before, after }) => `${costOf(before)} → ${costOf(after)}`,
    },
    { title: "BEFORE", value: ({ before }) => answerOf(before) },
    { title: "AFTER", value: ({ after }) => answerOf(after) },
  ];
  return table(pairs, columns, terminal);
}

function painted(outcome: ForkOutcome, text: string, { paint }: Terminal): string {
  const style = styles[outcome];
  return style ? paint(style, text) : text;
}

function costOf({ costMicros, costIncomplete }: PairedRun): string {
  return money(costMicros, costIncomplete);
}

function answerOf({ status, output, error }: PairedRun): string {
  const text = status === "completed" ? outputText(output) : (error?.message ?? status);
  // The end of a worked answer is what was come to.
  const line = oneLine(text);
  return line.length > 40 ? `…${line.slice(-39)}` : cut(line, 40);
}
