import type { BatchProgress } from "@flotilla/core";
import { Cost, formatCost } from "../../components/cost.tsx";
import { Count, formatCount } from "../../components/count.tsx";
import { Duration, formatDuration } from "../../components/duration.tsx";
import { Figure, Figures } from "../../components/figure.tsx";
import { StatusBar } from "../../components/status-bar.tsx";
import styles from "./batch-figures.module.css";

export function BatchFigures({ batch }: { batch: BatchProgress }) {
  const { counts, rows, budgetMicros, status } = batch;
  const isOver = status === "completed" || status === "cancelled";
  const over = counts.completed + counts.failed + counts.cancelled;
  const percent = rows === 0 ? 0 : Math.floor((100 * over) / rows);
  return (
    <div className={styles["figures"]}>
      <StatusBar counts={counts} rows={rows} />
      <Figures>
        <Figure label="Rows" note={`${percent}% ended`}>
          {formatCount(over)}
          <span className="dimmed"> / {formatCount(rows)}</span>
        </Figure>
        <Figure label="Failed" note={counts.cancelled > 0 ? `${counts.cancelled} cancelled` : null}>
          <Count value={counts.failed} />
        </Figure>
        <Figure label="Tokens" note={<TokenSplit batch={batch} />}>
          <Count value={batch.inputTokens + batch.outputTokens} />
        </Figure>
        {!isOver && (
          <Figure label="Tokens per second">
            {batch.tokensPerSecond === null ? "–" : <Count value={batch.tokensPerSecond} />}
          </Figure>
        )}
        <Figure label="Cost" note={budgetMicros && `of ${formatCost(budgetMicros)}`}>
          <Cost micros={batch.costMicros} incomplete={batch.costIncomplete} />
        </Figure>
        <Figure label="Duration">
          <Duration start={batch.startedAt} end={batch.endedAt} />
        </Figure>
        {!isOver && (
          <Figure label="Time left">
            {batch.etaSeconds === null ? "–" : formatDuration(batch.etaSeconds * 1_000)}
          </Figure>
        )}
      </Figures>
    </div>
  );
}

function TokenSplit({ batch }: { batch: BatchProgress }) {
  return (
    <>
      <Count value={batch.inputTokens} /> in, <Count value={batch.outputTokens} /> out
    </>
  );
}
