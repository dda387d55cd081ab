import type { Event } from "@flotilla/core";
import { JsonView } from "../../components/json-view.tsx";
import styles from "./raw-events.module.css";

/** The newest this many are shown; the journal has them all. */
const most = 50;

/** Events as the journal holds them, folded away until asked for. */
export function RawEvents({ events }: { events: readonly Event[] }) {
  const shown = events.slice(-most);
  return (
    <details className={styles["raw"]}>
      <summary>
        Raw events <span className="dimmed">({events.length})</span>
      </summary>
      {shown.length < events.length && (
        <p className="dimmed">The last {most}; the journal has all.</p>
      )}
      <JsonView value={shown} open={1} />
    </details>
  );
}
