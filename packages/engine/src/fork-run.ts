import {
  forkJournal,
  newId,
  type Event,
  type ForkedJournal,
  type ForkOrder,
  type ToolPort,
} from "@flotilla/core";
import { correlation } from "./correlation.ts";

/** What forking a run needs of the platform. */
export interface ForkRunParts {
  runs: {
    fork(
      fork: { source: string; order: ForkOrder },
      plan: (events: Event[], order: ForkOrder) => ForkedJournal,
    ): Promise<void>;
  };
}

export interface ForkRun extends Omit<ForkOrder, "runId" | "interactive" | "traceId"> {
  source: string;
  /** Default: a new one. */
  runId?: string | undefined;
}

/**
 * Makes a run that begins as another one did and goes on otherwise. When this resolves it is durable and due
 * in the queue. Throws `not_found`, `conflict`, `invalid_request` or `plan_invalid`; see `forkJournal`.
 *
 * @returns the fork's id
 */
export async function forkRun(
  parts: ForkRunParts,
  tools: Pick<ToolPort, "list">,
  { source, runId = newId("run"), ...given }: ForkRun,
): Promise<string> {
  const traceId = correlation()?.traceId;
  const order = { ...given, runId, interactive: true, ...(traceId !== undefined && { traceId }) };
  const isRead = readTools(tools);
  await parts.runs.fork({ source, order }, (events, one) => forkJournal(events, one, isRead));
  return runId;
}

/** Tells which tools only read: their calls are made again in a fork. */
export function readTools(tools: Pick<ToolPort, "list">): (tool: string) => boolean {
  const names = new Set(tools.list().flatMap(({ name, risk }) => (risk === "read" ? [name] : [])));
  return (tool) => names.has(tool);
}
