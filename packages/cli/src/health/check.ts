import type { Paint } from "../terminal.ts";

/** One thing looked at. A warning is worth knowing; only a problem stops work. */
export interface HealthCheck {
  name: string;
  outcome: "ok" | "warning" | "problem";
  detail: string;
  /** What to do; absent when all is well. */
  remedy?: string;
}

const signs = {
  ok: { sign: "✓", style: "green" },
  warning: { sign: "!", style: "yellow" },
  problem: { sign: "✗", style: "red" },
} as const;

export function healthText(checks: readonly HealthCheck[], paint: Paint): string {
  const width = Math.max(...checks.map((check) => check.name.length));
  return checks
    .map(({ name, outcome, detail, remedy }) => {
      const { sign, style } = signs[outcome];
      const line = `${paint(style, sign)} ${name.padEnd(width)}  ${detail}`;
      return remedy ? `${line}\n  ${" ".repeat(width)}  → ${remedy}` : line;
    })
    .join("\n");
}
