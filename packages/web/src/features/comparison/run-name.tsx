import { versionWord, type ComparedRun } from "@flotilla/core";
import { Link } from "@tanstack/react-router";
import { shortId } from "../../components/copy-id.tsx";

interface RunNameProps {
  /** Its side. */
  name: "A" | "B";
  run: ComparedRun;
}

/** A side of a comparison, with a way to its run. */
export function RunName({ name, run: { runId, agentName, agentVersion } }: RunNameProps) {
  return (
    <span>
      <b>{name}</b>{" "}
      <Link className="plain" to="/runs/$runId" params={{ runId }}>
        {agentName} {versionWord(agentVersion)}, <span className="mono">{shortId(runId)}</span>
      </Link>
    </span>
  );
}
