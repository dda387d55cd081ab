import { Link } from "@tanstack/react-router";
import { componentName, healthWords, stateTones } from "../health/component-words.ts";
import { Line, Section } from "../../components/section.tsx";
import { StatusIcon } from "../../components/status-badge.tsx";
import { useFleet } from "../../data/fleet.ts";
import styles from "../../components/line-words.module.css";

/** What of the platform is not well, for those who look after it. */
export function Wellbeing() {
  const health = useFleet("health");
  if (!health || health.length === 0) return null;
  const bad = health.filter(({ state }) => state !== "ok");
  return (
    <Section
      title="Health"
      aside={
        <Link className="plain" to="/health">
          All components
        </Link>
      }
    >
      {bad.length === 0 && (
        <Line>
          <StatusIcon status="completed" />
          <span>Everything works.</span>
        </Line>
      )}
      {bad.map(({ component, state, reason }) => (
        <Line key={component}>
          <StatusIcon status={stateTones[state]} />
          <span className={styles["words"]}>
            {componentName(component)}
            <span className={styles["note"]}>{reason}</span>
          </span>
          <span className="dimmed">{healthWords[state]}</span>
        </Line>
      ))}
    </Section>
  );
}
