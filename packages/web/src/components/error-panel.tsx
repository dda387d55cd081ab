import { toFlotillaError, type ErrorRecord } from "@flotilla/core";
import { Button, Group, Text } from "@mantine/core";
import { IconAlertTriangleFilled } from "@tabler/icons-react";
import styles from "./error-panel.module.css";

interface ErrorPanelProps {
  error: ErrorRecord | Error;
  onRetry?: () => void;
}

/** What went wrong, and what to do about it. */
export function ErrorPanel({ error, onRetry }: ErrorPanelProps) {
  const { code, message, remedy, details } =
    error instanceof Error ? toFlotillaError(error, "unavailable").toRecord() : error;
  const requestId = details?.["requestId"];
  return (
    <div className={styles["panel"]} role="alert" data-tone="failed">
      <IconAlertTriangleFilled size={16} className={styles["icon"]} aria-hidden />
      <div className={styles["body"]}>
        <Text size="sm" fw={500} className={styles["message"]}>
          {message}
        </Text>
        <Text size="sm" c="dimmed">
          {remedy}
        </Text>
        <Group gap="sm" mt={6}>
          <span className="mono dimmed">{code}</span>
          {typeof requestId === "string" && <span className="mono dimmed">{requestId}</span>}
          {onRetry && (
            <Button size="compact-xs" variant="default" onClick={onRetry}>
              Try again
            </Button>
          )}
        </Group>
      </div>
    </div>
  );
}
