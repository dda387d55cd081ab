import type { HealthState } from "@flotilla/core";
import { formatBytes, formatPlural } from "../../components/count.tsx";
import { formatDuration } from "../../components/duration.tsx";

export const healthWords: Readonly<Record<HealthState, string>> = {
  ok: "works",
  degraded: "wants looking at",
  down: "is down",
};

export const stateTones = { ok: "completed", degraded: "waiting", down: "failed" } as const;

const names: Readonly<Record<string, string>> = {
  database: "Database",
  "disk:artifacts": "Disk of the artifacts",
  "disk:home": "Disk of the platform",
  memory: "Memory",
  queue: "Queue",
  sandbox: "Sandbox",
  workers: "Workers",
};

/** What people call a component of the platform. */
export function componentName(component: string): string {
  const [kind, of] = component.split(":");
  return names[component] ?? (kind === "provider" && of ? `Provider ${of}` : component);
}

type Figures = Readonly<Record<string, number>>;
type Words = (value: number, figures: Figures) => string | false;

const bytes =
  (words: string): Words =>
  (value) =>
    `${formatBytes(value)} ${words}`;
const time =
  (words: string): Words =>
  (value) =>
    `${words} ${formatDuration(value)}`;
const many =
  (one: string, all?: string): Words =>
  (value) =>
    formatPlural(value, one, all);
/** Nothing is said of none. */
const some =
  (words: string): Words =>
  (value) =>
    value > 0 && `${value} ${words}`;

/** Figures by their names; one that is not here is told by its name. */
const words: Readonly<Record<string, Words>> = {
  latencyMs: time("answers in"),
  connections: (value, { maxConnections = 0 }) => `${value} of ${maxConnections} connections`,
  maxConnections: () => false,
  bytes: bytes("of data"),
  freeBytes: (value, { totalBytes = 0 }) =>
    `${formatBytes(value)} of ${formatBytes(totalBytes)} free`,
  rssBytes: bytes("taken by the server"),
  availableBytes: (value, { totalBytes = 0 }) =>
    `${formatBytes(value)} of ${formatBytes(totalBytes)} free`,
  totalBytes: () => false,
  models: many("model"),
  open: some("paused after failures"),
  paused: some("paused by the provider"),
  recentCalls: many("recent call"),
  errorRate: (value, { recentCalls = 0 }) =>
    recentCalls > 0 && `${Math.round(100 * value)}% failed`,
  due: many("run is due", "runs are due"),
  lagMs: time("single runs wait for"),
  batchLagMs: time("rows of batches for"),
  none: some("without one"),
  landlock: some("with Landlock"),
  bubblewrap: some("with Landlock and bubblewrap"),
  alive: (value) => `${value} alive`,
  silent: some("silent"),
  oldestBeatMs: (value) => `heard of ${formatDuration(value)} ago`,
  loopDelayMs: time("event-loop delay"),
  activeRuns: many("run under way", "runs under way"),
};

/** What was measured of a component, in a line. */
export function figureWords(component: string, figures: Figures): string {
  const parts = Object.entries(figures).map(([name, value]) =>
    (words[name] ?? ((of) => `${name} ${Math.round(of * 100) / 100}`))(value, figures),
  );
  const said = parts.filter(Boolean).join(" · ");
  return component === "sandbox" && said ? `workers: ${said}` : said;
}
