import { defaultOrganisation, type BatchProgress } from "@flotilla/core";
import { Link } from "@tanstack/react-router";
import { CopyId } from "../../components/copy-id.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { StatusBadge } from "../../components/status-badge.tsx";
import { Time } from "../../components/time.tsx";
import { useMemberNames } from "../interrupt/use-member-names.ts";
import { BatchActions } from "./batch-actions.tsx";

export function BatchHeader({ batch }: { batch: BatchProgress }) {
  const nameOf = useMemberNames();
  return (
    <PageHeader
      title={batch.name}
      heading={
        <>
          <span className="truncate">{batch.name}</span>
          <StatusBadge status={batch.status} />
        </>
      }
      above={
        <Link className="plain" to="/batches">
          Batches
        </Link>
      }
      below={
        <>
          {batch.pausedBy === "budget" && (
            <span data-tone="waiting" style={{ color: "var(--tone-text)" }}>
              Its budget is spent: raise it, then resume.
            </span>
          )}
          <span>
            <Link className="plain" to="/agents/$name" params={{ name: batch.agentName }}>
              {batch.agentName}
            </Link>{" "}
            version {batch.agentVersion}
          </span>
          <span>{batch.concurrency} at once</span>
          <span>priority {batch.priority}</span>
          {batch.organisation !== defaultOrganisation && <span>for {batch.organisation}</span>}
          {batch.user !== null && <span>by {nameOf(batch.user)}</span>}
          {batch.economyUntil !== null && (
            <span title="Rows of one call may wait for the provider's batch endpoint.">
              economy until <Time at={batch.economyUntil} />
            </span>
          )}
          <span>
            created <RelativeTime at={batch.createdAt} />
          </span>
          <CopyId id={batch.id} />
        </>
      }
      actions={<BatchActions batch={batch} />}
    />
  );
}
