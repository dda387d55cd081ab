import type { AgentUsage } from "@flotilla/core";
import { Count, formatCount, formatPlural } from "../../components/count.tsx";
import { statusTone } from "../../components/status.ts";
import styles from "./agent-outcomes.module.css";

/** How the newest runs of an agent ended, and how many of the last day ended well. */
export function AgentOutcomes({ usage }: { usage: AgentUsage | undefined }) {
  if (!usage) return <span className="dimmed">no runs</span>;
  const { runs, completed, failed } = usage;
  const ended = completed + failed;
  const words = `${formatPlural(runs, "run")}: ${formatCount(completed)} completed, ${formatCount(failed)} failed`;
  return (
    <span className={styles["outcomes"]} title={words}>
      <span className={styles["dots"]} aria-hidden>
        {usage.recent.map((status, index) => (
          // oxlint-disable-next-line no-array-index-key -- they have no names, and only their order counts
          <span key={index} className={styles["dot"]} data-tone={statusTone(status)} />
        ))}
      </span>
      <span className="figure">
        {ended === 0 ? (
          <span className="dimmed">no result yet</span>
        ) : (
          <>
            {Math.floor((100 * completed) / ended)}%
            <span className="dimmed">
              {" "}
              of <Count value={ended} /> ended
            </span>
          </>
        )}
      </span>
    </span>
  );
}
