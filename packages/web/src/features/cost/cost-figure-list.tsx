import type { CostFigures } from "@flotilla/core";
import { Cost, formatCost } from "../../components/cost.tsx";
import { Count, formatCount } from "../../components/count.tsx";
import { Figure, Figures } from "../../components/figure.tsx";

/** The sums of a period. */
export function CostFigureList({ totals }: { totals: CostFigures }) {
  const unasked = totals.cachedAnswers + totals.sharedAnswers;
  return (
    <Figures>
      <Figure label="Spent" note={priceNote(totals)}>
        <Cost micros={totals.costMicros} incomplete={totals.costIncomplete} />
      </Figure>
      <Figure label="Saved" note="by caches">
        {formatCost(totals.savedMicros)}
      </Figure>
      <Figure
        label="Model calls"
        note={totals.failedCalls > 0 ? `${formatCount(totals.failedCalls)} came to nothing` : null}
      >
        <Count value={totals.calls} />
      </Figure>
      <Figure label="Answers without a call" note="cached or shared">
        <Count value={unasked} />
      </Figure>
      <Figure label="At the batch price" note="by batch endpoints">
        <Count value={totals.providerBatchCalls} />
      </Figure>
      {totals.imageCalls > 0 && (
        <Figure label="Image calls" note="priced by the image">
          <Count value={totals.imageCalls} />
        </Figure>
      )}
      <Figure label="Per call">
        {totals.calls === 0 ? (
          "–"
        ) : (
          <Cost micros={totals.costMicros / totals.calls} incomplete={totals.costIncomplete} />
        )}
      </Figure>
    </Figures>
  );
}

function priceNote({ unpricedCalls, estimatedMicros }: CostFigures): string | null {
  if (unpricedCalls > 0) {
    return `${formatCount(unpricedCalls)} ${unpricedCalls === 1 ? "call has" : "calls have"} no known price`;
  }
  return estimatedMicros > 0 ? `${formatCost(estimatedMicros)} of it estimated` : null;
}
