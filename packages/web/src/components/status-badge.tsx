import type { BatchStatus, RunStatus } from "@flotilla/core";
import {
  IconAlertTriangleFilled,
  IconBan,
  IconCircleCheckFilled,
  IconCircleDashed,
  IconLoader2,
  IconPlayerPauseFilled,
} from "@tabler/icons-react";
import { statusTone } from "./status.ts";
import styles from "./status-badge.module.css";

const icons = {
  pending: IconCircleDashed,
  running: IconLoader2,
  waiting: IconPlayerPauseFilled,
  completed: IconCircleCheckFilled,
  failed: IconAlertTriangleFilled,
  cancelled: IconBan,
};

/** The shape tells the status as well as the colour does. */
export function StatusIcon({ status }: { status: RunStatus | BatchStatus }) {
  const tone = statusTone(status);
  const Icon = icons[tone];
  return <Icon size={14} className={styles["icon"]} data-tone={tone} aria-hidden />;
}

export function StatusBadge({ status }: { status: RunStatus | BatchStatus }) {
  return (
    <span className={styles["badge"]} data-tone={statusTone(status)}>
      <StatusIcon status={status} />
      {status}
    </span>
  );
}
