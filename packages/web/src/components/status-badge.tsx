import type { BatchStatus, RunStatus } from "@flotilla/core";
import {
  IconAlertTriangleFilled,
  IconBan,
  IconCircleCheckFilled,
  IconCircleDashed,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
} from "@tabler/icons-react";
import { statusTone } from "./status.ts";
import styles from "./status-badge.module.css";

const icons = {
  pending: IconCircleDashed,
  running: IconPlayerPlayFilled,
  waiting: IconPlayerPauseFilled,
  completed: IconCircleCheckFilled,
  failed: IconAlertTriangleFilled,
  cancelled: IconBan,
};

/**
 * The shape tells the status as well as the colour does. Nothing turns: an animation without end has the page drawn sixty
 * times a second for as long as anything runs.
 */
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
