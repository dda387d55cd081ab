import type { Segment } from "../segment.ts";

/**
 * Takes what other agents have written to the run into its journal, each message once: those that are
 * there already, because a worker died before it could note so, are noted only.
 */
export async function deliverMessages({ journal, parts }: Segment): Promise<void> {
  const { runId, steps, stepCount } = journal.run;
  const messages = await parts.store.teams.unread(runId);
  const known = new Set(
    steps.flatMap((step) => (step.kind === "message" && step.from ? [keyOf(step.from)] : [])),
  );
  for (const { from, text, labels } of messages) {
    if (known.has(keyOf(from))) continue;
    const said = { step: stepCount, text, by: from.agentName, from };
    journal.stage({ type: "message.added", ...said, ...(labels.length > 0 && { labels }) });
  }
  await journal.commit();
  journal.hasMail = false;
  await parts.store.teams.markRead(
    runId,
    messages.map(({ from }) => from),
  );
}

function keyOf({ runId, callId = "" }: { runId: string; callId?: string | undefined }): string {
  return `${runId}:${callId}`;
}
