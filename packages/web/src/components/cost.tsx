interface CostProps {
  /** null: the price is unknown. */
  micros: number | null;
  /** Some part had no known price: what is shown is a lower bound. */
  incomplete?: boolean;
}

/**
 * Micro-USD as dollars. Below one dollar there are four decimals, so that what stands below each other adds up, and
 * as many more as the smallest sums need for two figures; whole cents are said as such: `$0.000042`, `$0.0095`,
 * `$0.25`, `$1.24`, `$1,204`.
 */
export function formatCost(micros: number): string {
  const usd = micros / 1_000_000;
  if (usd === 0) return "$0";
  if (micros % 10_000 === 0 && usd < 1) return `$${usd.toFixed(2)}`;
  if (usd < 0.001) return `$${usd.toFixed(Math.min(6, 1 - Math.floor(Math.log10(usd))))}`;
  if (usd < 0.999_95) return `$${usd.toFixed(4)}`;
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
