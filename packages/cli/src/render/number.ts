const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** `12,345` */
export function count(value: number): string {
  return grouped.format(value);
}

/** `3 rows`, `1 row` */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** `950`, `12.3k`, `4.6M`: short for places that change all the time. */
export function compact(value: number): string {
  if (value < 1_000) return String(Math.round(value));
  if (value < 999_950) return `${(value / 1_000).toFixed(1)}k`;
  return `${(value / 1_000_000).toFixed(1)}M`;
}

/** `512 B`, `25 MB`, `1.4 GB` (powers of 1,000). */
export function bytes(value: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let left = value;
  let unit = 0;
  while (left >= 999.5 && unit < units.length - 1) {
    left /= 1_000;
    unit++;
  }
  return `${unit === 0 || left >= 10 ? Math.round(left) : left.toFixed(1)} ${units[unit]}`;
}
