import { connectionNameSchema } from "@flotilla/core";
import { z } from "zod";
import { defineTool, type Tool, type ToolCall } from "../tool.ts";
import { mergeSpans, freeSpans, type Span } from "./busy.ts";
import { calendarLabels, type CalendarAccess } from "./calendar-access.ts";
import { calendarSchema } from "./calendars.ts";
import { withDav } from "./dav.ts";
import { findOccurrences } from "./events.ts";
import { isFree } from "./present-event.ts";
import { rangeInput, rangeOf, type Range } from "./range.ts";
import { isoAt, momentAt } from "./zone.ts";

const spanSchema = z.strictObject({ start: z.string(), end: z.string() });
const mostSpans = 1_000;

const whose = {
  connections: z
    .array(connectionNameSchema)
    .min(1)
    .max(10)
    .optional()
    .describe("names of connections; may be left out where there is only one"),
  calendars: z
    .array(calendarSchema)
    .min(1)
    .max(50)
    .optional()
    .describe("of each connection; left out: all"),
  ...rangeInput,
};

const common = {
  risk: "read",
  reach: "own",
  emits: calendarLabels,
  recovery: "idempotent",
  timeoutMs: 90_000,
  maxAttempts: 3,
  // What fails is mostly one connection, and not the tool.
  breaker: false,
} as const;

interface Whose {
  connections?: string[] | undefined;
  calendars?: string[] | undefined;
}

/** When somebody of these is busy, within the range. */
async function busyOf(
  { reach }: CalendarAccess,
  { connections, calendars }: Whose,
  range: Range,
  context: ToolCall,
): Promise<Span[]> {
  const spans: Span[] = [];
  for (const name of connections ?? [undefined]) {
    const opened = await context.connection("calendar", name);
    const found = await withDav(reach, opened, context.signal, (dav) =>
      findOccurrences(dav, calendars, range),
    );
    for (const { occurrence } of found) {
      if (isFree(occurrence.event)) continue;
      const from = Math.max(range.from, occurrence.start.moment);
      spans.push({ from, to: Math.min(range.to, occurrence.end) });
    }
  }
  return mergeSpans(spans);
}

function shown(spans: readonly Span[], timeZone: string) {
  return spans
    .slice(0, mostSpans)
    .map(({ from, to }) => ({ start: isoAt(timeZone, from), end: isoAt(timeZone, to) }));
}

export function calendarFreeBusy(access: CalendarAccess): Tool {
  return defineTool({
    ...common,
    name: "calendar_free_busy",
    description: "When the owners of calendars are busy in a range of time, all of them together.",
    input: z.strictObject(whose),
    output: z.strictObject({ busy: z.array(spanSchema), free: z.array(spanSchema) }),
    async call({ connections, calendars, ...input }, context) {
      const range = rangeOf(input);
      const busy = await busyOf(access, { connections, calendars }, range, context);
      const { timeZone } = range;
      return { busy: shown(busy, timeZone), free: shown(freeSpans(range, busy), timeZone) };
    },
  });
}

const days = ["mo", "tu", "we", "th", "fr", "sa", "su"] as const;
const clockSchema = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, "use 09:00");

export function calendarFindTime(access: CalendarAccess): Tool {
  return defineTool({
    ...common,
    name: "calendar_find_time",
    description:
      "Finds times of a length at which the owners of all these calendars are free, the earliest first, within hours and days of the week.",
    input: z.strictObject({
      ...whose,
      minutes: z.int().min(5).max(1_440),
      earliest: clockSchema.default("09:00").describe("on the clock of the time zone"),
      latest: clockSchema.default("17:00").describe("it is over by then"),
      weekdays: z.array(z.enum(days)).min(1).default(["mo", "tu", "we", "th", "fr"]),
      everyMinutes: z.int().min(5).max(240).default(30).describe("how far apart beginnings are"),
      limit: z.int().min(1).max(100).default(10),
    }),
    output: z.strictObject({ slots: z.array(spanSchema) }),
    async call({ connections, calendars, minutes, ...input }, context) {
      const range = rangeOf(input);
      const busy = await busyOf(access, { connections, calendars }, range, context);
      const slots: Span[] = [];
      for (const window of windows(range, input)) {
        for (const span of freeSpans(window, busy)) {
          slots.push(...within(span, window.from, minutes * 60_000, input.everyMinutes * 60_000));
          if (slots.length >= input.limit) break;
        }
      }
      return { slots: shown(slots.slice(0, input.limit), range.timeZone) };
    },
  });
}

interface Hours {
  earliest: string;
  latest: string;
  weekdays: readonly (typeof days)[number][];
}

/** The hours of each day of the range that may be used. */
function* windows({ from, to, timeZone }: Range, { earliest, latest, weekdays }: Hours) {
  const first = Date.parse(isoAt(timeZone, from).slice(0, 10));
  for (let day = first; momentAt(timeZone, day) < to; day += 86_400_000) {
    const name = days[(new Date(day).getUTCDay() + 6) % 7];
    if (name === undefined || !weekdays.includes(name)) continue;
    const start = Math.max(from, momentAt(timeZone, day + minutesOf(earliest) * 60_000));
    const end = Math.min(to, momentAt(timeZone, day + minutesOf(latest) * 60_000));
    if (start < end) yield { from: start, to: end };
  }
}

function minutesOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(":").map(Number);
  return hours * 60 + minutes;
}

/** Beginnings are counted from that of the day's hours. */
function within({ from, to }: Span, origin: number, lasts: number, every: number): Span[] {
  const found: Span[] = [];
  const first = origin + Math.ceil((from - origin) / every) * every;
  for (let at = first; at + lasts <= to; at += every) found.push({ from: at, to: at + lasts });
  return found;
}
