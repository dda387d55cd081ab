import { versionWord, type ChildState } from "@flotilla/core";
import { Link } from "@tanstack/react-router";
import { shortId } from "../../components/copy-id.tsx";
import { Cost, formatCost } from "../../components/cost.tsx";
import { KeyValue } from "../../components/key-value.tsx";
import styles from "./row-detail.module.css";

/** The run of another agent that does a call, or a step of the plan. */
export function ChildDetail({ child }: { child: ChildState }) {
  const { childId, agentName, agentVersion, status, costMicros, budgetMicros } = child;
  return (
    <div className={styles["part"]}>
      <h3 className={styles["label"]}>Done by another agent</h3>
      <KeyValue
        pairs={[
          ["Agent", `${agentName} ${versionWord(agentVersion)}`],
          [
            "Run",
            <Link key="run" to="/runs/$runId" params={{ runId: childId }}>
              {shortId(childId)}
            </Link>,
          ],
          ["Status", status],
          ["Cost, with all below it", <Cost key="cost" micros={costMicros} />],
          ["May cost", budgetMicros === null ? null : formatCost(budgetMicros)],
        ]}
      />
    </div>
  );
}
