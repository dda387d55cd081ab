import { StatusIcon } from "../../components/status-badge.tsx";
import { Line, Section } from "../../components/section.tsx";
import { useFleet } from "../../data/fleet.ts";
import styles from "../../components/line-words.module.css";

/** Which model providers a run could call now, and what the others lack. */
export function Providers() {
  const providers = useFleet("providers");
  if (!providers) return null;
  const ready = providers.filter((provider) => provider.ready);
  const others = providers.filter((provider) => !provider.ready);
  return (
    <Section title="Model providers">
      {ready.length === 0 && <Line>No provider is ready.</Line>}
      {ready.map(({ name }) => (
        <Line key={name}>
          <StatusIcon status="completed" />
          <span className={styles["words"]}>{name}</span>
          <span className="dimmed">ready</span>
        </Line>
      ))}
      {others.length > 0 && (
        <details className={styles["others"]}>
          <summary>{others.length} without a key</summary>
          {others.map(({ name, problem }) => (
            <Line key={name}>
              <StatusIcon status="pending" />
              <span className={styles["words"]}>
                {name}
                {problem && <span className={styles["note"]}>{problem}</span>}
              </span>
            </Line>
          ))}
        </details>
      )}
    </Section>
  );
}
