import { formatMetadata } from "@flotilla/api";
import { versionWord, type Run } from "@flotilla/core";
import { Link } from "@tanstack/react-router";
import styles from "./run-origin.module.css";
import { shortId } from "../../components/copy-id.tsx";

/** What a run came from, what it does otherwise, and what was said about it. */
export function RunOrigin({ run }: { run: Run }) {
  const { runId, fork, changes, active, discarded, request } = run;
  const changed = Object.keys(changes ?? {});
  return (
    <>
      {active.agentName !== run.agentName && (
        <span>
          handed over to{" "}
          <Link className="plain" to="/agents/$name" params={{ name: active.agentName }}>
            {active.agentName}
          </Link>{" "}
          {versionWord(active.agentVersion)}
        </span>
      )}
      {fork && (
        <span>
          fork of{" "}
          <Link
            to="/runs/$runId"
            params={{ runId: fork.from.runId }}
            search={{ at: fork.from.seq }}
          >
            {shortId(fork.from.runId)} at {fork.from.seq}
          </Link>{" "}
          ·{" "}
          <Link
            to="/runs/$runId/compare/$otherId"
            params={{ runId: fork.from.runId, otherId: runId }}
          >
            compare
          </Link>
        </span>
      )}
      {changed.length > 0 && (
        <span title={JSON.stringify(changes, null, 2)}>
          changed: {changed.map((name) => words[name] ?? name).join(", ")}
        </span>
      )}
      {Object.entries(request?.metadata ?? {}).map(([key, value]) => (
        <Link
          key={key}
          className={styles["note"]}
          title="Runs with this in their metadata"
          to="/runs"
          search={{ metadata: formatMetadata({ [key]: value }) }}
        >
          {key}: {value}
        </Link>
      ))}
      {discarded && (
        <span>
          discarded by {discarded.by}: {discarded.reason}
        </span>
      )}
    </>
  );
}

const words: Record<string, string> = {
  agentVersion: "version",
  model: "model",
  instructions: "instructions",
  message: "message",
  toolResults: "tool results",
  plan: "plan",
};
