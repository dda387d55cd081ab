import { useNow } from "../data/use-now.ts";

/** A length of time, to two figures that matter: `840 ms`, `4.2 s`, `3m 12s`, `2h 05m`, `3d 4h`. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1_000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}m ${pad(whole % 60)}s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours}h ${pad(minutes % 60)}m`;
  return `${Math.floor(hours / 24)}d ${hours % 24}h`;
}

/** The same for lengths somebody chose, which are round: `10 s`, `2h`. */
export function formatRoundDuration(ms: number): string {
  return formatDuration(ms)
    .replace(/\.0 s$/, " s")
    .replace(/ 0?0[smh]$/, "");
}

/** Time from start to end; it grows while there is a start but no end. */
export function Duration({ start, end }: { start: string | null; end: string | null }) {
  const text = useNow((now) => {
    if (!start) return "–";
    const until = end ? Date.parse(end) : now;
    return formatDuration(Math.max(0, until - Date.parse(start)));
  });
  return <span className="figure">{text}</span>;
}

function pad(count: number): string {
  return String(count).padStart(2, "0");
}
