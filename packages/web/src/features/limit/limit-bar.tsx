import type { BucketState } from "@flotilla/core";
import { formatCost } from "../../components/cost.tsx";
import { Count } from "../../components/count.tsx";
import { Meter } from "../../components/meter.tsx";
import { waitWords } from "../../components/wait-cause.ts";
import styles from "./limit-bar.module.css";

type Limit = BucketState["limits"][number];

interface LimitBarProps {
  of: Limit["of"] | "concurrency";
  limit: number;
  used: number;
  source: Limit["source"];
}

const sources: Record<Limit["source"], string> = {
  configured: "configured",
  learned: "reported by the provider",
  observed: "learned from refusals",
};

/** Nearly all of it: what comes now waits. */
const fullPart = 0.9;

/** One limit and what is used of it. */
export function LimitBar({ of, limit, used, source }: LimitBarProps) {
  const part = limit === 0 ? 1 : Math.min(1, used / limit);
  const show = (value: number) => (of === "spend" ? formatCost(value) : <Count value={value} />);
  const name = waitWords[of];
  return (
    <div>
      <div className={styles["head"]}>
        <span className={styles["name"]}>{name}</span>
        <span className="figure">
          {show(used)} <span className="dimmed">/ {show(limit)}</span>
        </span>
      </div>
      <Meter
        label={name}
        value={used}
        max={limit}
        tone={part >= fullPart ? "waiting" : "completed"}
      />
      <span className={styles["note"]}>
        {Math.round(100 * part)}% · {sources[source]}
      </span>
    </div>
  );
}
