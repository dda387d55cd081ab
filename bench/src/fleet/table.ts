import { markdownTable, seconds } from "../markdown.ts";
import { fleetContenders } from "./contenders.ts";
import type { FleetResult } from "./result.ts";

/** A result as Markdown: the setting, then a row for each contender. */
export function renderFleet(result: FleetResult): string {
  const { machine, limits, work } = result;
  const number = (value: number) => value.toLocaleString("en");
  return [
    `${machine.cores} cores, ${machine.memoryGiB} GiB, Node ${machine.node}, Postgres ${machine.postgres}, ` +
      `load ${machine.load.toFixed(1)} before; ${number(work.prompts)} prompts of ${number(work.tokens)} tokens in all, ` +
      `${number(limits.requestsPerMinute)} requests and ${number(limits.tokensPerMinute)} tokens a minute, ` +
      `a burst of ${limits.burstSeconds} s, latency ${result.latencyMs} ms; lower bound ${seconds(result.lowerBoundMs)}.`,
    markdownTable(
      ["", "makespan", "× lower bound", "429s", "prompts lost", "requests", "most at once"],
      result.contenders.map((contender) => rowOf(contender, result)),
    ),
  ].join("\n\n");
}

function rowOf(
  { key, figures }: FleetResult["contenders"][number],
  { work, lowerBoundMs }: FleetResult,
): string[] {
  const { title } = fleetContenders[key];
  if (!figures) return [title, "failed", ...Array<string>(5).fill("–")];
  const { makespanMs, provider } = figures;
  const lost = work.prompts - figures.answered;
  const refused = Object.values(provider.refused).reduce((sum, count) => sum + count, 0);
  return [
    title,
    lost > 0 ? `gave up after ${seconds(makespanMs)}` : seconds(makespanMs),
    // Who leaves work undone has not done it in any time.
    lost > 0 ? "–" : (makespanMs / lowerBoundMs).toFixed(2),
    refused.toLocaleString("en"),
    lost.toLocaleString("en"),
    provider.requests.toLocaleString("en"),
    provider.peakConcurrency.toLocaleString("en"),
  ];
}
