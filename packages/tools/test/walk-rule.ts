/** A rule of a series, for those who go through every day by themselves. */
export interface WalkedRule {
  freq: "DAILY" | "WEEKLY" | "MONTHLY";
  interval: number;
  /** 0 is Monday. */
  weekdays: number[];
  /** Of the weekdays of a month: which one. */
  nth: number | undefined;
  monthDay: number | undefined;
  count: number | undefined;
}

const dayMs = 86_400_000;

/** Every time of a series from a first one on, on the clock, found by looking at each day. */
export function walkRule(rule: WalkedRule, first: number, until: number): number[] {
  const found: number[] = [];
  for (let wall = first; wall < until; wall += dayMs) {
    if (fits(rule, first, wall)) found.push(wall);
    if (found.length === rule.count) break;
  }
  return found;
}

function fits(
  { freq, interval, weekdays, nth, monthDay }: WalkedRule,
  first: number,
  wall: number,
): boolean {
  const day = new Date(wall);
  const start = new Date(first);
  const weekday = (day.getUTCDay() + 6) % 7;
  const isDay = weekdays.length === 0 || weekdays.includes(weekday);
  if (freq === "DAILY") return isDay && ((wall - first) / dayMs) % interval === 0;
  if (freq === "WEEKLY") {
    const monday = (time: number) => Math.floor((Math.floor(time / dayMs) + 3) / 7);
    if ((monday(wall) - monday(first)) % interval !== 0) return false;
    return weekdays.length === 0 ? weekday === (start.getUTCDay() + 6) % 7 : isDay;
  }
  const months = (date: Date) => date.getUTCFullYear() * 12 + date.getUTCMonth();
  if ((months(day) - months(start)) % interval !== 0) return false;
  const inMonth = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 0)).getUTCDate();
  const date = day.getUTCDate();
  if (monthDay !== undefined) return date === (monthDay > 0 ? monthDay : inMonth + 1 + monthDay);
  if (weekdays.length === 0) return date === start.getUTCDate();
  if (!isDay || nth === undefined) return isDay;
  return nth > 0 ? Math.ceil(date / 7) === nth : Math.ceil((inMonth + 1 - date) / 7) === -nth;
}

/** The moment at which clocks show a time, found by asking them at every quarter of an hour around it. */
export function walkMoment(timeZone: string, wall: number): number {
  for (let ahead = 15 * 3_600_000; ahead >= -13 * 3_600_000; ahead -= 900_000) {
    if (shown(timeZone, wall - ahead) === wall) return wall - ahead;
  }
  // They never do: as if they had not gone forward.
  const before = wall - dayMs;
  return wall - (shown(timeZone, before) - before);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function shown(timeZone: string, moment: number): number {
  const style = { timeZone, dateStyle: "short", timeStyle: "medium" } as const;
  const format = formats.get(timeZone) ?? new Intl.DateTimeFormat("sv-SE", style);
  formats.set(timeZone, format);
  const text = format.format(moment);
  return Date.parse(`${text.replace(" ", "T")}Z`);
}
