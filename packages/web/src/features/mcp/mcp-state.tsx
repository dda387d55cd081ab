import type { McpServer, McpToolState } from "@flotilla/core";
import { StatusIcon } from "../../components/status-badge.tsx";
import styles from "./mcp-state.module.css";

const tones = {
  pending: "waiting",
  active: "completed",
  needs_sign_in: "waiting",
  changed: "waiting",
  disabled: "cancelled",
  new: "waiting",
  approved: "completed",
  gone: "cancelled",
} as const;

const words: Record<keyof typeof tones, string> = {
  pending: "Nobody has approved how it is reached.",
  active: "Its approved tools may be called.",
  needs_sign_in: "Somebody has to sign in at it.",
  changed: "It says something else than what was approved.",
  disabled: "Nothing of it is called.",
  new: "Never approved.",
  approved: "May be called.",
  gone: "Approved, and the server has it no longer.",
};

export function McpState({ state }: { state: McpServer["state"] | McpToolState }) {
  return (
    <span className={styles["state"]} data-tone={tones[state]} title={words[state]}>
      <StatusIcon status={tones[state]} />
      {state === "needs_sign_in" ? "needs sign-in" : state}
    </span>
  );
}
