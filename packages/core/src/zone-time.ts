const dayMs = 86_400_000;
/** Two changes of one zone lie further apart than this. */
const probeMs = 2 * dayMs;

interface Zone {
  format: Intl.DateTimeFormat;
  /** Moments at which the offset changes, by UTC year. */
  changes: Map<number, number[]>;
}

const zones = new Map<string, Zone>();

function zoneOf(timeZone: string): Zone {
  let zone = zones.get(timeZone);
  if (!zone) {
    const day = { year: "numeric", month: "numeric", day: "numeric" } as const;
    const time = { hour: "numeric", minute: "numeric", second: "numeric" } as const;
    const options = { ...day, ...time, hourCycle: "h23", timeZone } as const;
    zone = { format: new Intl.DateTimeFormat("en-US", options), changes: new Map() };
    zones.set(timeZone, zone);
  }
  return zone;
}

export function isTimeZone(name: string): boolean {
  try {
    zoneOf(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * What a clock on the wall shows at a moment, as the Unix milliseconds at which one in UTC shows the same. Such
 * wall times are counted with like moments, but two of them that differ by an hour may be any time apart.
 */
export function wallTime(timeZone: string, moment: number): number {
  const second = Math.floor(moment / 1_000) * 1_000;
  const values: Record<string, number> = {};
  for (const { type, value } of zoneOf(timeZone).format.formatToParts(second)) {
    values[type] = Number(value);
  }
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second: seconds = 0 } = values;
  return Date.UTC(year, month - 1, day, hour, minute, seconds) + (moment - second);
}

/** How far the zone is ahead of UTC at a moment, in milliseconds. */
export function offsetAt(timeZone: string, moment: number): number {
  return wallTime(timeZone, moment) - moment;
}

/** The first moment after `after`, up to `until`, from which on the zone's offset is another. */
export function nextChange(timeZone: string, after: number, until: number): number | undefined {
  const lastYear = new Date(until).getUTCFullYear();
  for (let year = new Date(after).getUTCFullYear(); year <= lastYear; year++) {
    const change = changesOf(timeZone, year).find((moment) => moment > after);
    if (change !== undefined) return change <= until ? change : undefined;
  }
  return undefined;
}

function changesOf(timeZone: string, year: number): number[] {
  const { changes } = zoneOf(timeZone);
  let found = changes.get(year);
  if (!found) {
    found = findChanges(timeZone, Date.UTC(year), Date.UTC(year + 1));
    changes.set(year, found);
  }
  return found;
}

function findChanges(timeZone: string, from: number, until: number): number[] {
  const found: number[] = [];
  for (let start = from - 1_000; start < until - 1_000; start += probeMs) {
    const end = Math.min(start + probeMs, until - 1_000);
    if (offsetAt(timeZone, start) === offsetAt(timeZone, end)) continue;
    found.push(changeWithin(timeZone, start, end));
  }
  return found;
}

/** To the second; both ends are whole seconds. */
function changeWithin(timeZone: string, start: number, end: number): number {
  const before = offsetAt(timeZone, start);
  let low = start;
  let high = end;
  while (high - low > 1_000) {
    const middle = low + Math.floor((high - low) / 2_000) * 1_000;
    if (offsetAt(timeZone, middle) === before) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * The moment at which the wall shows this time: the first one where it shows it twice (clocks went back),
 * and where it never does (clocks went forward) the moment at which they did.
 */
export function momentOf(timeZone: string, wall: number): number {
  const first = nextChange(timeZone, wall - 2 * dayMs, wall + 2 * dayMs);
  if (first === undefined) return wall - offsetAt(timeZone, wall);
  const before = offsetAt(timeZone, first - 1_000);
  const after = offsetAt(timeZone, first);
  if (wall - before < first) return wall - before;
  return Math.max(first, wall - after);
}
