import type { forkBatchSchema } from "@flotilla/api";
import { FlotillaError, type AnswerCheck } from "@flotilla/core";
import type { ForkSource, StoreView } from "@flotilla/store";
import type { z } from "zod";
import { judgeRun } from "./judge-forks.ts";

type Wanted = Pick<z.output<typeof forkBatchSchema>, "runs" | "check">;

const perRead = 500;
const mostForks = 100_000;

/** The runs that a batch of forks is made of. They are all of one agent. */
export interface ChosenSources {
  runIds: string[];
  agent: Pick<ForkSource, "agentName" | "agentId" | "agentVersion">;
  scope: Pick<ForkSource, "organisation" | "environment">;
  /** As the request says, or the one of the batch that they are all of. */
  check: AnswerCheck | null;
  batchIds: string[];
  /** Those that go on from a conversation. */
  withHistory: string[];
}

/**
 * Chooses the runs to be forked, in the order in which they are named, else in that of their rows. Throws
 * `not_found` for one that is named and not there, and `invalid_request` when none fits, too many do, or they
 * are of several agents.
 */
export async function chooseSources(store: StoreView, wanted: Wanted): Promise<ChosenSources> {
  const chosen: ForkSource[] = [];
  for await (const source of readSources(store, wanted)) {
    chosen.push({ ...source, data: {}, output: null });
    if (chosen.length > mostForks) throw tooMany();
  }
  const [first] = chosen;
  if (!first) throw new FlotillaError("invalid_request", "No run fits.", { remedy: looser });
  const agents = new Set(chosen.map(({ agentName }) => agentName));
  if (agents.size > 1) throw severalAgents([...agents]);
  const { agentName, agentId, agentVersion, organisation, environment } = first;
  const batchIds = [...new Set(chosen.flatMap(({ batchId }) => batchId ?? []))];
  return {
    runIds: inOrder(chosen, wanted),
    agent: { agentName, agentId, agentVersion },
    scope: { organisation, environment },
    check: wanted.check ?? (batchIds.length === 1 ? first.check : null),
    batchIds,
    withHistory: chosen.flatMap(({ runId, hasHistory }) => (hasHistory ? [runId] : [])),
  };
}

const looser = "Name other runs, or fewer conditions; `flotilla runs list` shows what there is.";

/** Those that fit; of a batch whose answers are checked, those with the outcome that is asked for. */
async function* readSources(store: StoreView, { runs, check }: Wanted): AsyncGenerator<ForkSource> {
  const { outcome, ...filter } = Array.isArray(runs)
    ? { outcome: "any" as const, runIds: runs }
    : runs;
  for (let after = ""; ;) {
    const page = await store.batches.forkSources(filter, after, perRead);
    for (const source of page) {
      const passing = judgeRun(source, check ?? source.check, source.data);
      if (outcome === "any" || passing === (outcome === "passing")) yield source;
    }
    after = page.at(-1)?.runId ?? "";
    if (page.length < perRead) return;
  }
}

function inOrder(chosen: ForkSource[], { runs }: Wanted): string[] {
  if (!Array.isArray(runs)) return chosen.toSorted(byRow).map(({ runId }) => runId);
  const known = new Set(chosen.map(({ runId }) => runId));
  const missing = runs.find((runId) => !known.has(runId));
  if (missing !== undefined) throw new FlotillaError("not_found", `There is no run ${missing}.`);
  return [...new Set(runs)];
}

/** Runs of one batch in the order of its rows, others by age. */
function byRow(a: ForkSource, b: ForkSource): number {
  const [one, other] = [a.batchId ?? a.runId, b.batchId ?? b.runId];
  if (one !== other) return one < other ? -1 : 1;
  return (a.row ?? 0) - (b.row ?? 0);
}

function tooMany(): FlotillaError {
  return new FlotillaError("too_large", `More than ${mostForks} runs fit.`, {
    remedy: "Name a batch, an agent or a fingerprint with fewer of them.",
  });
}

function severalAgents(agents: string[]): FlotillaError {
  const some = agents.slice(0, 5).join(", ");
  return new FlotillaError("invalid_request", `The runs are of several agents: ${some}.`, {
    remedy: "Fork the runs of one agent at a time.",
  });
}
