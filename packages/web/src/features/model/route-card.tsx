import type { RouteItem, RouteTargetState } from "@flotilla/api";
import { CallsBadge } from "../../components/calls-badge.tsx";
import { formatCount, formatPlural } from "../../components/count.tsx";
import { formatDuration } from "../../components/duration.tsx";
import { Line, Section } from "../../components/section.tsx";
import { ResetButton } from "./reset-button.tsx";
import styles from "./route-list.module.css";

const strategies: Record<RouteItem["strategy"], string> = {
  fallback: "in order",
  cheapest: "the cheapest that can",
  fastest: "the fastest lately",
  weighted: "in parts",
  by_class: "by the class of the task",
};

/** A route with its targets in the order in which a plain call would try them now. */
export function RouteCard({ route }: { route: RouteItem }) {
  const { name, description, strategy, onRefusal, minimumConfidence, targets } = route;
  return (
    <Section title={`route/${name}`} aside={strategies[strategy]}>
      {description && (
        <Line>
          <span className="dimmed">{description}</span>
        </Line>
      )}
      {targets.map((target, index) => (
        <Line key={target.model}>
          <span className={styles["place"]} aria-hidden>
            {index + 1}
          </span>
          <Target target={target} />
        </Line>
      ))}
      {(minimumConfidence !== null || onRefusal === "next") && (
        <Line>
          <span className="dimmed">
            {minimumConfidence !== null &&
              `An answer that is less than ${Math.round(100 * minimumConfidence)}% sure goes on to the next target. `}
            {onRefusal === "next" && "What one target refuses, the next is asked."}
          </span>
        </Line>
      )}
    </Section>
  );
}

function Target({ target }: { target: RouteTargetState }) {
  const { model, reason, why, classes, health } = target;
  return (
    <div className={styles["target"]}>
      <span className={styles["name"]}>
        <span className="mono">{model}</span>
        <CallsBadge breaker={target.breaker} health={health} />
      </span>
      <span className={styles["end"]}>
        <ResetButton item={target} />
      </span>
      {why !== null && <span className={styles["why"]}>passed over now: {why}</span>}
      <span className={styles["note"]}>
        {[classes.length > 0 && `for ${classes.join(", ")}`, reason, healthWords(health)]
          .filter(Boolean)
          .join(" · ")}
      </span>
    </div>
  );
}

function healthWords(health: RouteTargetState["health"]): string {
  if (!health) return "not asked yet";
  const { answered, failed, failovers, firstTokenMs, tokensPerSecond } = health;
  return [
    formatPlural(answered, "answer"),
    failed > 0 && formatPlural(failed, "failure"),
    failovers > 0 && `${formatPlural(failovers, "time")} made good by another`,
    firstTokenMs !== null && `first token in ${formatDuration(firstTokenMs)}`,
    tokensPerSecond !== null && `${formatCount(Math.round(tokensPerSecond))} tokens/s`,
  ]
    .filter(Boolean)
    .join(", ");
}
