import type { AgentUsage } from "@flotilla/core";
import { formatPlural } from "../../components/count.tsx";
import { statusTone } from "../../components/status.ts";
import styles from "./agent-outcomes.module.css";

/** Part of the runs that ended well; undefined while none has ended. */
function successRate({ completed, failed }: AgentUsage): number | undefined {
  const ended = completed + failed;
  return ended === 0 ? undefined : completed / ended;
}

/** How the newest runs of an agent ended, and how many of the last day ended well. */
export function AgentOutcomes({ usage }: { usage: AgentUsage | undefined }) {
  if (!usage) return <span className="dimmed">no runs</span>;
  const rate = successRate(usage);
  const words = `${formatPlural(usage.runs, "run")}: ${usage.completed} completed, ${usage.failed} failed`;
  return (
    <span className={styles["outcomes"]} title={words}>
      <span className={styles["dots"]} aria-hidden>
        {usage.recent.map((status, index) => (
          // oxlint-disable-next-line no-array-index-key -- they have no names, and only their order counts
          <span key={index} className={styles["dot"]} data-tone={statusTone(status)} />
        ))}
      </span>
      <span className="figure">
        {rate === undefined ? "–" : `${Math.floor(rate * 100)} %`}
        <span className="dimmed"> of {usage.runs}</span>
      </span>
    </span>
  );
}
