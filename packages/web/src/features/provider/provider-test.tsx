import type { ProviderTested } from "@flotilla/api";
import { Text } from "@mantine/core";
import { formatDuration } from "../../components/duration.tsx";
import { Line } from "../../components/section.tsx";
import { StatusIcon } from "../../components/status-badge.tsx";
import styles from "./provider-test.module.css";

/** What came of the request: the models that the key may call, or why it was refused. */
export function ProviderTest({ tested }: { tested: ProviderTested }) {
  const { ok, message, models, provider, tookMs } = tested;
  return (
    <Line>
      <div className={styles["outcome"]} role="status">
        <StatusIcon status={ok ? "completed" : "failed"} />
        <Text size="sm">
          {ok
            ? `${provider} answered in ${formatDuration(tookMs)} and offers ${modelCount(models.length)}`
            : message}
        </Text>
      </div>
      {models.length > 0 && (
        <details className={styles["models"]}>
          <summary>Which</summary>
          <ul className={styles["list"]}>
            {models.map((model) => (
              <li key={model} className="mono">
                {model}
              </li>
            ))}
          </ul>
        </details>
      )}
    </Line>
  );
}

function modelCount(count: number): string {
  return count === 1 ? "1 model" : `${count} models`;
}
