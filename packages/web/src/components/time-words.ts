/** The same for every reader whatever his browser speaks: a day before a month, and a clock of 24 hours. */
const locale = "en-GB";

const forms = {
  /** `26 Nov 2026`. */
  day: { day: "numeric", month: "short", year: "numeric" },
  /** `26 Nov`. */
  dayOfYear: { day: "numeric", month: "short" },
  /** `Thu 26 Nov`. */
  weekday: { weekday: "short", day: "numeric", month: "short" },
  /** `08:39`. */
  clock: { hour: "2-digit", minute: "2-digit" },
  /** `08:39:21`. */
  clockSeconds: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
  /** `26 Nov 2026, 08:39`. */
  moment: {
    ...{ day: "numeric", month: "short", year: "numeric" },
    ...{ hour: "2-digit", minute: "2-digit" },
  },
  /** `26 Nov 2026, 08:39:21`. */
  momentSeconds: {
    ...{ day: "numeric", month: "short", year: "numeric" },
    ...{ hour: "2-digit", minute: "2-digit", second: "2-digit" },
  },
  /** `26 Nov 2026, 08:39:21 GMT+1`. */
  exact: {
    ...{ day: "numeric", month: "short", year: "numeric" },
    ...{ hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "short" },
  },
} satisfies Record<string, Intl.DateTimeFormatOptions>;
export type TimeForm = keyof typeof forms;

const formats = new Map<string, Intl.DateTimeFormat>();

/** A moment as the clocks of a time zone show it. */
export function formatTime(at: string | number | Date, form: TimeForm, timeZone: string): string {
  const key = `${form} ${timeZone}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(locale, { ...forms[form], hourCycle: "h23", timeZone });
    formats.set(key, format);
  }
  return format.format(new Date(at));
}

/** With the zone's name: what is shown on hover. `26 Nov 2026, 08:39:21 GMT+1, Europe/Berlin`. */
export function exactTime(at: string | number | Date, timeZone: string): string {
  return `${formatTime(at, "exact", timeZone)}, ${timeZone}`;
}
