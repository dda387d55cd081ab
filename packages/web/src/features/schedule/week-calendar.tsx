import { ActionIcon, Button, Group, Skeleton } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { formatPlural } from "../../components/count.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { formatTime } from "../../components/time-words.ts";
import { useTimeZone } from "../../data/time-zone.ts";
import { useNow } from "../../data/use-now.ts";
import { upcomingQuery } from "./schedule-queries.ts";
import {
  dateText,
  dayOf,
  daysLater,
  weekOf,
  type CalendarDay,
  type CalendarEntry,
} from "./week.ts";
import styles from "./week-calendar.module.css";

const route = getRouteApi("/schedules");
const days = 7;
/** More often than this in a day, only how often is said. */
const timesListed = 6;

/** What is due in seven days, in the reader's own time zone. */
export function WeekCalendar() {
  const { from } = route.useSearch();
  const navigate = route.useNavigate();
  const timeZone = useTimeZone();
  const today = useNow((now) => dateText(new Date(now), timeZone));
  const start = from ?? today;
  const { data, error, refetch } = useQuery(
    upcomingQuery(dayOf(start, timeZone), dayOf(daysLater(start, days), timeZone)),
  );
  const go = (day: string | undefined) =>
    void navigate({ search: (old) => ({ ...old, from: day }), replace: true });
  return (
    <section aria-label="Calendar">
      <Group gap={6} mb="sm">
        <ActionIcon aria-label="A week back" onClick={() => go(daysLater(start, -days))}>
          <IconChevronLeft size={16} />
        </ActionIcon>
        <Button variant="default" size="compact-xs" onClick={() => go(undefined)}>
          Today
        </Button>
        <ActionIcon aria-label="A week on" onClick={() => go(daysLater(start, days))}>
          <IconChevronRight size={16} />
        </ActionIcon>
        <span className="dimmed">Your time, {timeZone}</span>
      </Group>
      {error && !data && <ErrorPanel error={error} onRetry={() => void refetch()} />}
      {!data && !error && (
        <Skeleton height={260} role="status" aria-busy="true" aria-label="Loading" />
      )}
      {data && (
        <ol className={styles["week"]}>
          {weekOf(start, data, timeZone).map((day) => (
            <Day key={day.date} day={day} isToday={day.date === today} />
          ))}
        </ol>
      )}
    </section>
  );
}

function Day({ day, isToday }: { day: CalendarDay; isToday: boolean }) {
  const timeZone = useTimeZone();
  return (
    <li className={styles["day"]} aria-current={isToday ? "date" : undefined}>
      <h2 className={styles["date"]}>{formatTime(day.start, "weekday", timeZone)}</h2>
      {day.entries.length === 0 && <p className={styles["nothing"]}>nothing</p>}
      <ul className={styles["entries"]}>
        {day.entries.map((entry) => (
          <li key={entry.name}>
            <Link to="/schedules/$name" params={{ name: entry.name }} className={styles["entry"]}>
              <span className={styles["name"]}>{entry.name}</span>
              <span className={styles["times"]}>{timesText(entry, timeZone)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </li>
  );
}

function timesText({ times, isMore }: CalendarEntry, timeZone: string): string {
  const clock = (one: Date) => formatTime(one, "clock", timeZone);
  const [first] = times;
  if (isMore || !first) return times.length === 0 ? "often" : "often, more than can be told";
  if (times.length <= timesListed) return times.map(clock).join(", ");
  return `${formatPlural(times.length, "time")}, from ${clock(first)}`;
}
