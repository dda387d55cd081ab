import { contenders } from "./contenders.ts";
import { markdownTable, seconds } from "./markdown.ts";
import type { RunsFigures } from "./measure.ts";
import type { BenchResult, ContenderResult } from "./result.ts";
import { stepsPerRun } from "./work.ts";

/** The runs whose CPU and size the first table shows, when they were measured. */
const referenceRuns = 1_000;

/** A result as Markdown: the table of all contenders, then every measurement by itself. */
export function renderTables(result: BenchResult): string {
  const { cores, memoryGiB, node, postgres, load } = result.machine;
  return [
    `${cores} cores, ${memoryGiB} GiB, Node ${node}, Postgres ${postgres}, load ${load.toFixed(1)} before; ` +
      `model latency ${result.latencyMs} ms; a run is ${stepsPerRun} steps (5 model calls, 4 tools).`,
    renderOverview(result),
    renderDetails(result),
  ].join("\n\n");
}

function renderOverview(result: BenchResult): string {
  const measured = result.contenders.flatMap(({ runs }) => runs.map((at) => at.runs));
  const counts = [...new Set(measured)].toSorted((a, b) => a - b);
  const reference = counts.includes(referenceRuns) ? referenceRuns : counts.at(-1);
  const header = [
    "",
    "worker CPU ms/step",
    "Postgres CPU ms/run",
    ...counts.map((count) => `${count.toLocaleString("en")} runs at once`),
    "bytes/run",
    `peak memory, ${(counts.at(-1) ?? 0).toLocaleString("en")} runs`,
    `first token over the bare mock${streamsLabel(result)}`,
  ];
  const rows = result.contenders.map((contender) => {
    const at = contender.runs.find(({ runs }) => runs === reference);
    return [
      contenders[contender.key].title,
      at ? decimals(at.workerCpuMs / at.runs / stepsPerRun, 2) : "–",
      decimals(perRun(at, at?.postgresCpuMs), 2),
      ...counts.map((count) => wall(contender.runs.find(({ runs }) => runs === count)?.wallMs)),
      bytes(perRun(at, at?.databaseBytes)),
      megabytes(contender.runs.at(-1)?.peakMemoryBytes),
      firstToken(contender, result),
    ];
  });
  return markdownTable(header, rows);
}

function renderDetails(result: BenchResult): string {
  const header = [
    "",
    "runs at once",
    "wall",
    "worker CPU ms/step",
    "server CPU ms/step",
    "Postgres CPU ms/run",
    "bytes/run",
    "peak memory",
    "cores busy with others",
  ];
  const rows = result.contenders.flatMap(({ key, runs }) =>
    runs.map((at) => [
      contenders[key].title,
      at.runs.toLocaleString("en"),
      seconds(at.wallMs),
      decimals(at.workerCpuMs / at.runs / stepsPerRun, 2),
      at.serverCpuMs === null ? "–" : decimals(at.serverCpuMs / at.runs / stepsPerRun, 2),
      decimals(perRun(at, at.postgresCpuMs), 2),
      bytes(perRun(at, at.databaseBytes)),
      megabytes(at.peakMemoryBytes),
      decimals(at.otherCores, 1),
    ]),
  );
  return markdownTable(header, rows);
}

function streamsLabel({ bareStreams }: BenchResult): string {
  return bareStreams ? `, ${bareStreams.streams} streams: median (p95)` : "";
}

/** The bare mock shows its own times; the others what they add to them. */
function firstToken({ key, streams }: ContenderResult, { bareStreams }: BenchResult): string {
  if (!streams || !bareStreams) return "–";
  const [bareMedian, bareP95] = [bareStreams.medianMs, bareStreams.p95Ms].map(Math.round);
  if (key === "floor") return `0 (bare: ${bareMedian} (${bareP95}) ms)`;
  const median = streams.medianMs - bareStreams.medianMs;
  const p95 = streams.p95Ms - bareStreams.p95Ms;
  return `+${Math.round(median)} (+${Math.round(p95)}) ms`;
}

function perRun(at: RunsFigures | undefined, value: number | null | undefined): number | null {
  return at && typeof value === "number" ? value / at.runs : null;
}

function decimals(value: number | null, digits: number): string {
  return value === null ? "–" : value.toFixed(digits);
}

function wall(ms: number | undefined): string {
  return ms === undefined ? "failed" : seconds(ms);
}

function bytes(value: number | null): string {
  return value === null ? "–" : Math.round(value).toLocaleString("en");
}

function megabytes(value: number | undefined): string {
  return value === undefined ? "–" : `${Math.round(value / 2 ** 20)} MB`;
}
