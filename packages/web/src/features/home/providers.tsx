import type { Status } from "@flotilla/api";
import { StatusIcon } from "../../components/status-badge.tsx";
import { Line, Section } from "../../components/section.tsx";
import styles from "./workers.module.css";

/** Which model providers a run could call now, and what the others lack. */
export function Providers({ status }: { status: Status }) {
  return (
    <Section title="Model providers">
      {status.providers.length === 0 && <Line>No provider is configured.</Line>}
      {status.providers.map((provider) => (
        <Line key={provider.name}>
          <StatusIcon status={provider.ready ? "completed" : "pending"} />
          <span className={styles["words"]}>
            {provider.name}
            {provider.problem && <span className={styles["note"]}>{provider.problem}</span>}
          </span>
          <span className="dimmed">{provider.ready ? "ready" : "not ready"}</span>
        </Line>
      ))}
    </Section>
  );
}
