import {
  versionWord,
  outputText,
  type ComparableStep,
  type ComparedRun,
  type ComparedStep,
  type RunComparison,
} from "@flotilla/core";
import type { Style, Terminal } from "../terminal.ts";
import { money } from "./money.ts";
import { count, counted } from "./number.ts";
import { statusWord } from "./status.ts";
import { cut, oneLine, table, type Column } from "./table.ts";
import { duration } from "./time.ts";

const signs = { same: " ", changed: "~", added: "+", removed: "-" } as const;
const styles: Partial<Record<ComparedStep["change"], Style>> = {
  changed: "yellow",
  added: "green",
  removed: "red",
};
const widest = 60;

/** Two runs side by side: their figures, their steps, and how their outputs differ. */
export function comparisonText(comparison: RunComparison, terminal: Terminal): string {
  const { a, b, steps, counts, output } = comparison;
  const changes = Object.entries(counts).map(([change, number]) => `${count(number)} ${change}`);
  return [
    table(figureRows(a, b, terminal), figureColumns, terminal),
    table(steps, stepColumns(terminal), terminal),
    `Steps: ${changes.join(", ")}.`,
    output.same ? "The outputs are the same." : outputDiff(output, terminal),
  ].join("\n\n");
}

interface FigureRow {
  name: string;
  a: string;
  b: string;
}

const figureColumns: Column<FigureRow>[] = [
  { title: "", value: (row) => row.name },
  { title: "A", value: (row) => row.a },
  { title: "B", value: (row) => row.b },
];

function figureRows(a: ComparedRun, b: ComparedRun, { paint }: Terminal): FigureRow[] {
  const row = (name: string, value: (run: ComparedRun) => string): FigureRow => ({
    name,
    a: value(a),
    b: value(b),
  });
  return [
    row("run", (run) => run.runId),
    row("agent", (run) => `${run.agentName} ${versionWord(run.agentVersion)}`),
    row("status", (run) => statusWord(run.status, paint)),
    row("model steps", (run) => count(run.steps)),
    row("tool calls", (run) => count(run.toolCalls)),
    row("tokens", (run) => `${count(run.inputTokens)} in, ${count(run.outputTokens)} out`),
    row("cost", (run) => money(run.costMicros, run.costIncomplete)),
    ...(a.reused || b.reused ? [row("reused", reusedText)] : []),
    row("took", (run) => (run.tookMs === null ? "-" : duration(run.tookMs))),
  ];
}

function reusedText({ reused }: ComparedRun): string {
  return reused ? `${counted(reused.steps, "model step")}, ${money(reused.costMicros)}` : "-";
}

function stepColumns({ paint }: Terminal): Column<ComparedStep>[] {
  const painted = (step: ComparedStep, text: string) => {
    const style = styles[step.change];
    return style ? paint(style, text) : text;
  };
  return [
    { title: " ", value: (step) => painted(step, signs[step.change]) },
    { title: "A", value: (step) => cut(stepText(step.a), widest) },
    { title: "B", value: (step) => cut(stepText(step.b), widest) },
    { title: "DIFFERS", value: (step) => painted(step, step.differs.join(", ")) },
  ];
}

function stepText(step: ComparableStep | null): string {
  if (!step) return "";
  if (step.kind === "model") {
    const calls = step.calls.map(({ tool }) => `→ ${tool}`).join(" ");
    return oneLine(`${step.step} ${step.model}: ${step.text} ${calls}`);
  }
  const result = step.error ?? outputText(step.output);
  return oneLine(`${step.step} ${step.tool}(${JSON.stringify(step.input)}) = ${result}`);
}

function outputDiff({ lines }: RunComparison["output"], { paint }: Terminal): string {
  return lines
    .map(({ change, text }) => {
      const line = `${signs[change]} ${text}`;
      const style = styles[change];
      return style ? paint(style, line) : line;
    })
    .join("\n");
}
