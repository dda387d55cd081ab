import type { BucketState } from "@flotilla/core";
import type { Terminal } from "../terminal.ts";
import { count, counted } from "./number.ts";
import { table, type Column } from "./table.ts";

const words = {
  requests: "requests",
  tokens: "tokens",
  input_tokens: "input tokens",
  output_tokens: "output tokens",
  spend: "spend",
} as const;

const columns: Column<BucketState>[] = [
  { title: "MODEL", value: (one) => one.bucket },
  { title: "USED IN THE LAST MINUTE", value: usedText },
  { title: "UNDER WAY", align: "right", value: underWayText },
  { title: "REFUSED", align: "right", value: (one) => count(one.refused) },
  { title: "WAITING", value: waitingText },
];

/** Buckets as a table, and below it what is paused and why. */
export function limitsTable(buckets: readonly BucketState[], terminal: Terminal): string {
  const pauses = buckets.flatMap(({ bucket, pausedUntil, pausedWhy }) =>
    pausedUntil === null
      ? []
      : [terminal.paint("yellow", `${bucket} is paused until ${pausedUntil}: ${pausedWhy}`)],
  );
  return [table(buckets, columns, terminal), ...pauses].join("\n");
}

function usedText({ limits }: BucketState): string {
  const parts = limits.map(({ of, used, perMinute, source }) => {
    const amount = (value: number) =>
      of === "spend" ? `$${(value / 1e6).toFixed(2)}` : count(Math.round(value));
    return `${amount(used)} of ${amount(perMinute)} ${words[of]} (${source})`;
  });
  return parts.join(", ") || "no limit known";
}

function underWayText({ underWay, concurrency }: BucketState): string {
  return concurrency ? `${count(underWay)} of ${count(concurrency.limit)}` : count(underWay);
}

function waitingText({ waiting }: BucketState): string {
  const parts = waiting.map(
    ({ organisation, interactive, calls }) =>
      `${organisation}: ${counted(calls, "call")}${interactive ? " for a person" : ""}`,
  );
  return parts.join(", ") || "nobody";
}
