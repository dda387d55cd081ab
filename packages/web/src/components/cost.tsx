interface CostProps {
  /** null: the price is unknown. */
  micros: number | null;
  /** Some part had no known price: what is shown is a lower bound. */
  incomplete?: boolean;
}

/** Micro-USD as dollars; small sums keep their figures: `$0.0008`, `$1.24`, `$1,204`. */
export function formatCost(micros: number): string {
  const usd = micros / 1_000_000;
  if (usd === 0) return "$0";
  if (usd < 0.01) return `$${usd.toFixed(usd < 0.0001 ? 6 : 4)}`;
  if (usd < 1_000) return `$${usd.toFixed(2)}`;
  return `$${Math.round(usd).toLocaleString("en")}`;
}

export function Cost({ micros, incomplete = false }: CostProps) {
  if (micros === null || (incomplete && micros === 0)) {
    return (
      <span className="dimmed" title="The price of this model is unknown.">
        unknown
      </span>
    );
  }
  return (
    <span className="figure" title={incomplete ? "Some calls have no known price." : undefined}>
      {incomplete && "≥ "}
      {formatCost(micros)}
    </span>
  );
}
