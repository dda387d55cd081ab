import type { policyPreviewSchema, PolicyPreviewPage } from "@flotilla/api";
import {
  compileToolRules,
  decideTool,
  type PolicySpec,
  type ToolPolicy,
  type ToolRule,
} from "@flotilla/core";
import type { Context } from "hono";
import type { z } from "zod";
import { permitted } from "./access/permit.ts";
import { permittedRun } from "./access/permitted-run.ts";
import type { ServerEnv } from "./app-parts.ts";
import { agentApprovals } from "./agent-approvals.ts";
import { askedCalls, type PastCall } from "./asked-calls.ts";
import { decodeCursor, encodeCursor } from "./page.ts";
import { refuseFaults, ruleFaults } from "./save-tool-rules.ts";

type Preview = z.output<typeof policyPreviewSchema>;
type Item = PolicyPreviewPage["items"][number];

interface Policies {
  before: ToolPolicy;
  after: ToolPolicy;
}

/** A page ends after the run with which it has looked at so many. */
const mostCalls = 2_000;

/**
 * Asks both the rules as they are and those that there might be about calls of real runs. Nothing is called. Whether the
 * rules keep to their examples is not asked here; rules that cannot be read are refused.
 */
export async function previewPolicy(
  c: Context<ServerEnv>,
  { policy, runId, cursor, runs }: Preview,
): Promise<PolicyPreviewPage> {
  const { store, parts } = c.var;
  const policies = await policiesOf(c, policy);
  const { ids, next } = await runsOf(c, { runId, cursor, runs });
  const approvals = knownApprovals(c);
  const tools = await parts.tools.of(c.var.caller);
  const page: PolicyPreviewPage = { items: [], nextCursor: null, runs: 0, calls: 0 };
  for (const id of ids) {
    const { run, calls } = await askedCalls(store, tools, id);
    page.runs += 1;
    page.calls += calls.length;
    for (const past of calls) {
      const version = run?.agentName === past.call.agent ? run.agentVersion : undefined;
      const item = compared(past, policies, await approvals(past.call.agent, version));
      if (item) page.items.push(item);
    }
    if (page.calls >= mostCalls) break;
  }
  const place = page.runs < ids.length ? ids[page.runs - 1] : next;
  return { ...page, nextCursor: place === undefined ? null : encodeCursor(place) };
}

/** What the two make of a call, where that is not the same. */
function compared(
  { callId, call, at }: PastCall,
  policies: Policies,
  approvals: readonly string[],
): Item | undefined {
  const before = decideTool(call, policies.before, approvals);
  const after = decideTool(call, policies.after, approvals);
  if (before.effect === after.effect) return undefined;
  const { runId, tool, agent } = call;
  return { runId, callId, tool, agent, at, before, after };
}

async function policiesOf(c: Context<ServerEnv>, wanted: PolicySpec): Promise<Policies> {
  const { store, parts } = c.var;
  const [kept, { version }] = await Promise.all([store.toolRules.list(), store.toolPolicy.read()]);
  const written = wanted.rules.map((rule, at) => ({
    ...rule,
    id: rule.id ?? `rules.${at}`,
    runId: null,
    interruptId: interruptOf(kept, rule.id),
  }));
  const places = new Map(written.map(({ id }, at) => [id, `policy.rules.${at}`]));
  const tools = await parts.tools.of(c.var.caller);
  refuseFaults(await ruleFaults(written, [], tools, places));
  const ofRuns = kept.filter(({ runId }) => runId !== null);
  return {
    before: await compileToolRules({ version, rules: kept }),
    after: await compileToolRules({ version, rules: [...ofRuns, ...written] }),
  };
}

/** A rule that an approval wrote stays one. */
function interruptOf(kept: readonly ToolRule[], id: string | undefined): string | null {
  return kept.find((one) => one.id === id)?.interruptId ?? null;
}

/** The runs of a page, newest first: those that the caller may see. `next`: after which more follow. */
async function runsOf(
  c: Context<ServerEnv>,
  { runId, cursor, runs }: Pick<Preview, "runId" | "cursor" | "runs">,
): Promise<{ ids: string[]; next: string | undefined }> {
  if (runId !== undefined) {
    await permittedRun(c, "runs.read", runId);
    return { ids: [runId], next: undefined };
  }
  const before = decodeCursor(cursor, /^run_[0-9a-z]{26}$/);
  const [found, shown] = await Promise.all([
    c.var.store.runs.list({ before, limit: runs + 1 }),
    permitted(c, "runs.read"),
  ]);
  const page = found.slice(0, runs);
  const ids = page.filter(({ agentName }) => shown(agentName)).map((one) => one.runId);
  return { ids, next: found.length > runs ? page.at(-1)?.runId : undefined };
}

/** What agents ask first, read once for each version. */
function knownApprovals(c: Context<ServerEnv>) {
  const known = new Map<string, Promise<readonly string[]>>();
  return (name: string, version: number | undefined) => {
    const key = `${name} ${version}`;
    const found = known.get(key) ?? agentApprovals(c.var.store.agents, name, version);
    known.set(key, found);
    return found;
  };
}
