import type { BatchProgress, Certificate, WaitCause } from "@flotilla/core";
import { useQuery } from "@tanstack/react-query";
import { formatPlural } from "../../components/count.tsx";
import { formatDuration } from "../../components/duration.tsx";
import { Empty } from "../../components/empty.tsx";
import { PartBar, type Part } from "../../components/part-bar.tsx";
import { Line, Section } from "../../components/section.tsx";
import { StatusIcon } from "../../components/status-badge.tsx";
import { waitWords } from "../../components/wait-cause.ts";
import { client } from "../../data/client.ts";
import { CertificateBars } from "./certificate-bars.tsx";

/** It is added up from the whole journal of the batch, so not by the second. */
const refreshMs = 10_000;

/** How near the batch comes to what its limits allow; nothing before its first answer. */
export function BatchCertificate({ batch }: { batch: BatchProgress }) {
  const { id, status, startedAt } = batch;
  const { data } = useQuery({
    queryKey: ["batches", id, "certificate", status],
    queryFn: () => client.batches.certificate(id),
    enabled: startedAt !== null,
    refetchInterval: ({ state }) => (state.data?.isFinal ? false : refreshMs),
    placeholderData: (before: Certificate | undefined) => before,
  });
  if (!data || data.lowerBoundMs === 0) {
    return (
      <Empty title="Nothing to measure yet">
        Once calls have been answered, this shows the least time that the limits allow, the time it
        took, and what it waited for.
      </Empty>
    );
  }
  return (
    <Section title="Speed against the limits" aside={gapWords(data)}>
      <CertificateBars certificate={data} />
      {Object.keys(data.waited).length > 0 && (
        <PartBar label="Waited, all calls together" parts={waitParts(data)} show={formatDuration} />
      )}
      <Line>
        <StatusIcon status={isClean(data) ? "completed" : "failed"} />
        <span>{refusalWords(data)}</span>
      </Line>
    </Section>
  );
}

const causeColors: Record<WaitCause, Part["color"]> = {
  requests: "waiting",
  tokens: "model",
  input_tokens: "tool",
  output_tokens: "cancelled",
  concurrency: "running",
  spend: "failed",
  paused: "failed",
  learning: "pending",
  budget: "failed",
  identical_call: "completed",
  provider_batch: "pending",
};

function waitParts({ waited }: Certificate): Part[] {
  const entries = Object.entries(waited) as [WaitCause, number][];
  return entries
    .toSorted(([, a], [, b]) => b - a)
    .map(([cause, value]) => ({ name: causeName(cause), value, color: causeColors[cause] }));
}

/** A cause as what the time went to. */
function causeName(cause: WaitCause): string {
  return cause === "learning" ? "learning the limits" : waitWords[cause];
}

/** How much longer than the best there is; a batch under way has no gap yet. */
function gapWords({ isFinal, gapPercent }: Certificate): string {
  if (!isFinal) return "so far";
  if (gapPercent === null) return "";
  if (gapPercent <= 0) return "as fast as its limits allow";
  return `${gapPercent}% slower than its limits allow`;
}

function isClean({ refused, violations }: Certificate): boolean {
  return refused === 0 && violations.length === 0;
}

function refusalWords({ refused, violations }: Certificate): string {
  const over = violations.map(({ bucket, of }) => `${of} of ${bucket}`);
  const limits = over.length === 0 ? "no limit was exceeded" : `exceeded: ${over.join(", ")}`;
  if (refused === 0) return `No call was refused (429), ${limits}.`;
  return `${formatPlural(refused, "call was", "calls were")} refused (429), ${limits}.`;
}
