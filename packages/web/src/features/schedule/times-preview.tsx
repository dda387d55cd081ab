import type { TimesPreview as Times } from "@flotilla/api";
import { useQuery } from "@tanstack/react-query";
import { formatTime } from "../../components/time-words.ts";
import { previewQuery } from "./schedule-queries.ts";
import styles from "./times-preview.module.css";

interface TimesPreviewProps {
  /** undefined: what is written cannot be read yet. */
  times: Times | undefined;
}

/** The next due times, as the time zone's clocks show them and in UTC. */
export function TimesPreview({ times }: TimesPreviewProps) {
  const { data, error } = useQuery(previewQuery(times));
  if (!times)
    return <p className="dimmed">Once the times can be read, the next ones are shown here.</p>;
  if (error) return <p role="alert">{error.message}</p>;
  if (!data) return <p className="dimmed">Loading…</p>;
  if (data.times.length === 0) return <p className="dimmed">Nothing is due any more.</p>;
  const form = data.times.every(({ local }) => local.endsWith(":00")) ? "moment" : "momentSeconds";
  const isUtc = data.timeZone === "UTC";
  return (
    <table className={styles["times"]} aria-label="Next due times">
      <thead>
        <tr>
          <th scope="col" colSpan={2}>
            {data.timeZone}
          </th>
          {!isUtc && <th scope="col">UTC</th>}
        </tr>
      </thead>
      <tbody>
        {data.times.map(({ dueAt, local, offset }) => (
          <tr key={dueAt}>
            <td className="dimmed">{weekday(local)}</td>
            <td>
              {formatTime(clockOf(local), form, "UTC")} <span className="dimmed">{offset}</span>
            </td>
            {!isUtc && <td className="dimmed">{formatTime(dueAt, form, "UTC")}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const days = new Intl.DateTimeFormat("en", { weekday: "short", timeZone: "UTC" });

function weekday(local: string): string {
  return days.format(clockOf(local));
}

/** What the zone's clocks show, as if they were those of UTC. */
function clockOf(local: string): Date {
  return new Date(`${local.replace(" ", "T")}Z`);
}
