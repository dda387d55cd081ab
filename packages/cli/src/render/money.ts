const cents = new Intl.NumberFormat("en-US", {
  style: "currency",
  currency: "USD",
});

/**
 * Micro-USD for reading: `$0.0123`, `$12.35`, `$0.000012`; two decimals from a dollar up.
 *
 * @param incomplete a part had no known price, so this is a lower bound
 */
export function money(micros: number, incomplete = false): string {
  return (incomplete ? "≥ " : "") + amount(micros / 1_000_000);
}

function amount(dollars: number): string {
  if (dollars >= 1) return cents.format(dollars);
  if (dollars === 0) return "$0";
  return `$${dollars.toFixed(dollars < 0.0001 ? 6 : 4)}`;
}
