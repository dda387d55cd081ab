import { parseArgs } from "node:util";
import { toCount } from "../bench.ts";

export interface WebsocketOptions {
  /** Connections that follow nothing. */
  idle: number;
  /** Connections that follow live runs, */
  active: number;
  /** each so many of them; each number is a measurement of its own, */
  subscriptions: number[];
  /** of so many runs that are written at the same time. */
  runs: number;
  seconds: number;
  json: boolean;
}

export const websocketUsage = `Usage: npm run bench -- websockets [options]

  --quick               200 idle connections and 50 active ones, for 5 seconds
  --idle 2000           connections that follow nothing
  --active 500          connections that follow runs while they are written
  --subscriptions 2,8   how many runs each follows; each is a measurement of its own
  --runs 40             how many runs are written at the same time
  --seconds 15          how long is measured
  --json                figures as JSON instead of a table
`;

/** Throws an Error that says which option is wrong. */
export function parseWebsocketOptions(args: string[]): WebsocketOptions {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: "boolean", default: false },
      idle: { type: "string" },
      active: { type: "string" },
      subscriptions: { type: "string" },
      runs: { type: "string" },
      seconds: { type: "string" },
      json: { type: "boolean", default: false },
    },
  });
  const usual = values.quick ? quick : full;
  return {
    idle: toCount("--idle", values.idle ?? usual.idle, 1),
    active: toCount("--active", values.active ?? usual.active, 1),
    subscriptions: (values.subscriptions ?? usual.subscriptions)
      .split(",")
      .map((text) => toCount("--subscriptions", text, 1)),
    runs: toCount("--runs", values.runs ?? usual.runs, 1),
    seconds: toCount("--seconds", values.seconds ?? usual.seconds, 1),
    json: values.json,
  };
}

const full = { idle: "2000", active: "500", subscriptions: "2,8", runs: "40", seconds: "15" };
const quick = { idle: "200", active: "50", subscriptions: "2", runs: "5", seconds: "5" };
