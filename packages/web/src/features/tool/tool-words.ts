import { isServerTool, type ToolInfo, type ToolReach, type ToolRisk } from "@flotilla/core";
import { formatRoundDuration } from "../../components/duration.tsx";
import { formatCost } from "../../components/cost.tsx";

export const recoveryWords: Record<ToolInfo["recovery"], string> = {
  idempotent: "Runs again with the same key.",
  reconcile: "The tool asks the outside what became of it, then decides.",
  unknown: "Nobody can know: the run waits for a person to decide.",
};

export const riskWords: Record<ToolRisk, string> = {
  read: "It changes nothing outside the run.",
  write: "It changes something, which can be changed back.",
  destructive: "It can change something that nobody brings back.",
  outbound: "It sends something to others.",
};

export const reachWords: Record<ToolReach, string> = {
  run: "Its input stays in the run.",
  own: "Its input goes to systems that were configured, and no further.",
  open: "Its input can go to any address that the model chooses.",
};

export const riskTones = {
  read: "completed",
  write: "waiting",
  destructive: "failed",
  outbound: "failed",
} as const satisfies Record<ToolRisk, string>;

/** Where a tool comes from: an MCP server, the engine, or the platform's own and what was added to it. */
export function sourceOf({ name, by }: Pick<ToolInfo, "name" | "by">): string {
  if (isServerTool(name)) return name.slice(0, name.indexOf("__"));
  return by === "engine" ? "engine" : "platform";
}

/** The terms on which it is called, as pairs; those that it has not are left out. */
export function termPairs(tool: ToolInfo): [name: string, value: string | null][] {
  const { rateLimit, concurrency, cacheSeconds, costMicros, breaksAfter } = tool;
  return [
    ["Timeout", formatRoundDuration(tool.timeoutMs)],
    ["Attempts", String(tool.maxAttempts)],
    [
      "Rate limit",
      rateLimit
        ? `${rateLimit.calls} in ${formatRoundDuration(rateLimit.perSeconds * 1_000)}`
        : null,
    ],
    ["At once", concurrency ? `${concurrency.most} of ${concurrency.group}` : null],
    ["Cached", cacheSeconds ? `for ${formatRoundDuration(cacheSeconds * 1_000)}` : null],
    ["Costs", costMicros ? `${formatCost(costMicros)} a call` : null],
    [
      "After failures",
      breaksAfter === null ? "called on" : `paused after ${breaksAfter ?? 5} in a row`,
    ],
  ];
}
