import type { ModelList } from "@flotilla/api";
import { Line, Section } from "../../components/section.tsx";
import { StatusIcon } from "../../components/status-badge.tsx";
import styles from "../../components/line-words.module.css";

/** The configured providers, and what those lack that cannot be called. */
export function ProviderList({ providers }: { providers: ModelList["providers"] }) {
  return (
    <Section title="Providers">
      {providers.length === 0 && <Line>No provider is configured.</Line>}
      {providers.map(({ name, kind, ready, problem }) => (
        <Line key={name}>
          <StatusIcon status={ready ? "completed" : "pending"} />
          <span className={styles["words"]}>
            {name} {kind !== name && <span className="dimmed">{kind}</span>}
            {problem && <span className={styles["note"]}>{problem}</span>}
          </span>
          <span className="dimmed">{ready ? "ready" : "not ready"}</span>
        </Line>
      ))}
    </Section>
  );
}
