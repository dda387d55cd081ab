/**
 * Due times found by walking through every minute and looking at a clock on the wall: slow, and nothing of how
 * the product computes them.
 */

const minute = 60_000;
const day = 86_400_000;

export interface DailyTimes {
  timeZone: string;
  hours: readonly number[];
  minutes: readonly number[];
}

/** Shows what clocks of the zone show, as `2026-03-29 02:30`. */
function wallClock(timeZone: string): (moment: number) => string {
  const format = new Intl.DateTimeFormat("sv-SE", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  });
  return (moment) => format.format(moment);
}

/** The last two times before `before` at which clocks of the zone went forward or back, to the minute. */
export function lastChanges(timeZone: string, before: number): number[] {
  const shown = wallClock(timeZone);
  const found: number[] = [];
  let moment = Math.floor(before / minute) * minute;
  // Hour by hour backwards; then minute by minute through the hour with the change in it.
  for (; found.length < 2 && moment > before - 800 * day; moment -= 60 * minute) {
    if (isHourLater(shown(moment - 60 * minute), shown(moment))) continue;
    let change = moment;
    while (isMinuteLater(shown(change - minute), shown(change))) change -= minute;
    found.push(change);
  }
  return found;
}

function asUtc(text: string): number {
  return Date.parse(`${text.replace(" ", "T")}Z`);
}

function isHourLater(before: string, after: string): boolean {
  return asUtc(after) - asUtc(before) === 60 * minute;
}

function isMinuteLater(before: string, after: string): boolean {
  return asUtc(after) - asUtc(before) === minute;
}

/**
 * When clocks show one of the times: a time that they show twice counts once, and those that they skip
 * count once, together, when they have gone forward. Both ends belong to the range.
 */
export function timesOnce(
  { timeZone, hours, minutes }: DailyTimes,
  from: number,
  until: number,
): number[] {
  const shown = wallClock(timeZone);
  const isWanted = (wall: number) => {
    const at = new Date(wall);
    return hours.includes(at.getUTCHours()) && minutes.includes(at.getUTCMinutes());
  };
  const found: number[] = [];
  // What was shown a day before counts as seen.
  const seen = new Set<number>();
  let last = asUtc(shown(from - day));
  for (let moment = from - day + minute; moment <= until; moment += minute) {
    const wall = asUtc(shown(moment));
    const passed =
      wall > last
        ? Array.from({ length: (wall - last) / minute }, (_, i) => last + (i + 1) * minute)
        : [wall];
    const fresh = passed.filter((one) => !seen.has(one));
    for (const one of fresh) seen.add(one);
    if (moment >= from && fresh.some(isWanted)) found.push(moment);
    last = wall;
  }
  return found;
}

/** Whenever clocks show one of these minutes. */
export function timesEveryHour(
  timeZone: string,
  minutes: readonly number[],
  from: number,
  until: number,
): number[] {
  const shown = wallClock(timeZone);
  const found: number[] = [];
  for (let moment = from; moment <= until; moment += minute) {
    if (minutes.includes(new Date(asUtc(shown(moment))).getUTCMinutes())) found.push(moment);
  }
  return found;
}
