const units = [
  { name: "d", seconds: 86_400 },
  { name: "h", seconds: 3_600 },
  { name: "min", seconds: 60 },
  { name: "s", seconds: 1 },
] as const;

/** `850 ms`, `4.2 s`, `3 min 12 s`, `2 h 5 min`: the two largest units that say something. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 9_950) return `${(ms / 1_000).toFixed(1)} s`;
  let left = Math.round(ms / 1_000);
  const parts: string[] = [];
  for (const { name, seconds } of units) {
    const whole = Math.floor(left / seconds);
    left -= whole * seconds;
    if (whole > 0) parts.push(`${whole} ${name}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(" ");
}

/** `2026-01-31 12:00:00`, in UTC, of an ISO 8601 time in UTC. */
export function moment(at: string): string {
  return at.replace("T", " ").slice(0, 19);
}

/** `3 min ago`; `-` where there is no time. */
export function ago(at: string | null, now: number = Date.now()): string {
  if (at === null) return "-";
  const ms = now - Date.parse(at);
  if (ms < 1_000) return "now";
  const seconds = Math.floor(ms / 1_000);
  const unit = units.find((one) => seconds >= one.seconds) ?? units[3];
  return `${Math.floor(seconds / unit.seconds)} ${unit.name} ago`;
}

/** From one moment to another, the second being now when it is null; `-` before the first. */
export function between(
  start: string | null,
  end: string | null,
  now: number = Date.now(),
): string {
  if (start === null) return "-";
  return duration(Math.max(0, (end === null ? now : Date.parse(end)) - Date.parse(start)));
}
