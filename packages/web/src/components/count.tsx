const full = new Intl.NumberFormat("en");
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** A number for people: exact up to 9,999, then `12.3K` with the exact number on hover. */
export function Count({ value }: { value: number }) {
  const rounded = Math.round(value);
  return (
    <span className="figure" title={rounded >= 10_000 ? full.format(rounded) : undefined}>
      {rounded >= 10_000 ? compact.format(rounded) : full.format(rounded)}
    </span>
  );
}

export function formatBytes(bytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1_000 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}

export function formatCount(value: number): string {
  return full.format(value);
}

/** `1 call`, `1,200 calls`. */
export function formatPlural(count: number, one: string, many = `${one}s`): string {
  return `${full.format(count)} ${count === 1 ? one : many}`;
}
