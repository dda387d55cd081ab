import type { TimesPreview as Times } from "@flotilla/api";
import { useQuery } from "@tanstack/react-query";
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
  const isUtc = data.timeZone === "UTC";
  return (
    <table className={styles["times"]} aria-label="Next due times">
      <thead>
        <tr>
          <th scope="col">{data.timeZone}</th>
          {!isUtc && <th scope="col">UTC</th>}
        </tr>
      </thead>
      <tbody>
        {data.times.map(({ dueAt, local, offset }) => (
          <tr key={dueAt}>
            <td>
              {weekday(local)} {local} <span className="dimmed">{offset}</span>
            </td>
            {!isUtc && <td className="dimmed">{dueAt.slice(0, 19).replace("T", " ")}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const days = new Intl.DateTimeFormat("en", { weekday: "short", timeZone: "UTC" });

function weekday(local: string): string {
  return days.format(new Date(`${local.replace(" ", "T")}Z`));
}
