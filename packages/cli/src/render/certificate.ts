import type { Certificate } from "@flotilla/core";
import { count } from "./number.ts";

const words: Readonly<Record<Certificate["bounds"][number]["of"], string>> = {
  requests: "requests a minute",
  tokens: "tokens a minute",
  input_tokens: "input tokens a minute",
  output_tokens: "output tokens a minute",
  spend: "spend a minute",
  critical_path: "its longest run",
};

/** A lower bound below this would read as 0.0 s. */
const shortestBoundMs = 50;

/** How near a batch came to what its limits allow, in a few lines. */
export function certificateText(certificate: Certificate): string {
  const { makespanMs, lowerBoundMs, gapPercent, bounds, violations, refused } = certificate;
  const [first] = bounds;
  const bound = first ? ` (${first.bucket ? `${first.bucket}: ` : ""}${words[first.of]})` : "";
  const gap = gapPercent === null ? "" : `, ${gapPercent >= 0 ? "+" : ""}${gapPercent} %`;
  // What was answered by caches or a batch endpoint takes nothing of any limit.
  const least =
    lowerBoundMs < shortestBoundMs
      ? "no limit held it up"
      : `no schedule takes less than ${seconds(lowerBoundMs)}${bound}${gap}`;
  const waits = Object.entries(certificate.waited)
    .toSorted(([, a], [, b]) => b - a)
    .map(([cause, ms]) => `${cause.replaceAll("_", " ")} ${seconds(ms)}`);
  return [
    `${certificate.isFinal ? "Took" : "So far"} ${seconds(makespanMs)}; ${least}.`,
    `Limits exceeded: ${violations.map(({ bucket, of }) => `${bucket} ${of}`).join(", ") || "none"}; calls refused with 429: ${count(refused)}.`,
    `Waits of all calls: ${waits.join(", ") || "none"}.`,
  ].join("\n");
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
