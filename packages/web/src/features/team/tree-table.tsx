import { versionWord, type TreeNode } from "@flotilla/core";
import { ActionIcon, Button } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Cost } from "../../components/cost.tsx";
import { formatPlural } from "../../components/count.tsx";
import { Duration } from "../../components/duration.tsx";
import { StatusBadge } from "../../components/status-badge.tsx";
import { shownNodes } from "./shown-nodes.ts";
import styles from "./tree-table.module.css";

interface TreeTableProps {
  /** Parents before their children. */
  nodes: readonly TreeNode[];
  currentId: string;
}

/** So many rows are shown before one asks for all. */
const firstRows = 200;

/** Runs below each other, with what each cost itself and with all below it. */
export function TreeTable({ nodes, currentId }: TreeTableProps) {
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [isWhole, setWhole] = useState(false);
  const shown = shownNodes(nodes, folded);
  const rows = isWhole ? shown : shown.slice(0, firstRows);
  const toggle = (runId: string) =>
    setFolded((old) => {
      const next = new Set(old);
      if (!next.delete(runId)) next.add(runId);
      return next;
    });
  return (
    <div className={styles["frame"]}>
      <table className={styles["table"]}>
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col">Status</th>
            <th scope="col" data-align="end">
              Calls
            </th>
            <th scope="col" data-align="end">
              Own cost
            </th>
            <th scope="col" data-align="end">
              With all below
            </th>
            <th scope="col" data-align="end">
              Duration
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ node, below }) => (
            <TreeRow
              key={node.runId}
              node={node}
              below={below}
              isFolded={folded.has(node.runId)}
              isCurrent={node.runId === currentId}
              onToggle={toggle}
            />
          ))}
        </tbody>
      </table>
      {rows.length < shown.length && (
        <Button variant="subtle" fullWidth onClick={() => setWhole(true)}>
          Show all {formatPlural(shown.length, "run")}
        </Button>
      )}
    </div>
  );
}

interface TreeRowProps {
  node: TreeNode;
  /** Runs below it. */
  below: number;
  isFolded: boolean;
  isCurrent: boolean;
  onToggle: (runId: string) => void;
}

function TreeRow({ node, below, isFolded, isCurrent, onToggle }: TreeRowProps) {
  const { runId, agentName, agentVersion, status, input, depth, own, total } = node;
  return (
    <tr aria-current={isCurrent ? "true" : undefined}>
      <td>
        <span className={styles["name"]} style={{ paddingLeft: depth * 22 }}>
          {below > 0 ? (
            <ActionIcon
              size="xs"
              aria-expanded={!isFolded}
              aria-label={`${isFolded ? "Show" : "Hide"} the ${formatPlural(below, "run")} below ${agentName}`}
              onClick={() => onToggle(runId)}
            >
              <IconChevronRight size={13} className={styles["chevron"]} />
            </ActionIcon>
          ) : (
            <span className={styles["leaf"]} />
          )}
          <Link className="plain" to="/runs/$runId" params={{ runId }} title={input}>
            <b>{agentName}</b> <span className="dimmed">{versionWord(agentVersion)}</span>
          </Link>
          <span className="dimmed truncate">{input}</span>
          {isFolded && <span className={styles["below"]}>+{below}</span>}
        </span>
      </td>
      <td>
        <StatusBadge status={status} />
      </td>
      <td data-align="end" className="figure">
        {own.steps}
      </td>
      <td data-align="end">
        <Cost micros={own.costMicros} incomplete={own.costIncomplete} />
      </td>
      <td data-align="end">
        {below > 0 && <Cost micros={total.costMicros} incomplete={total.costIncomplete} />}
      </td>
      <td data-align="end">
        <Duration start={node.startedAt} end={node.endedAt} />
      </td>
    </tr>
  );
}
