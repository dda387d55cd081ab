import type { Caller, HistoryRef, RunInput, RunRequest } from "@flotilla/core";
import { FlotillaError, startedBy, userSchema } from "@flotilla/core";
import { runOf, startableAgent } from "@flotilla/engine";
import type { Agent } from "@flotilla/core";
import type { Context } from "hono";
import { attribution } from "../access/attribution.ts";
import { permit } from "../access/permit.ts";
import type { ServerEnv } from "../app-parts.ts";
import { unsupported } from "./error.ts";

/** A request in another protocol, as the run that it asks for. */
export interface Plan {
  input: RunInput;
  history?: HistoryRef;
  request: RunRequest;
  user?: string | undefined;
  /** The thread that the run is to be part of. */
  threadId?: string;
}

const modelName = /^([a-z0-9][a-z0-9-]*)(?:@([1-9]\d{0,8}))?$/;

/** An agent, and which version of it; default: the newest. */
export interface NamedAgent {
  agent: string;
  version: number | undefined;
}

/** An agent as a model: `name`, or `name@version`. Throws `not_found`. */
export function agentOf(model: string): NamedAgent {
  const [, agent, version] = modelName.exec(model) ?? [];
  if (agent !== undefined) return { agent, version: version ? Number(version) : undefined };
  throw new FlotillaError("not_found", `There is no agent "${model.slice(0, 100)}".`, {
    remedy: "Name an agent as model, or agent@version; GET /v1/models lists them.",
  });
}

/**
 * Starts a run of an agent as it is planned, if there is that agent and the caller may; a request that is repeated under its Idempotency-Key finds
 * the run it has started. Returns the run's id and the agent that it runs.
 */
export async function startPlan(
  c: Context<ServerEnv>,
  named: NamedAgent,
  makePlan: () => Plan | Promise<Plan>,
): Promise<{ runId: string; agent: Agent }> {
  const { store, parts, caller } = c.var;
  await permit(c, "agents.run", named.agent);
  const agent = await startableAgent(store, named.agent, named.version);
  // People paste keys.
  const plan = parts.redact.of(caller.organisation).json(await makePlan());
  parts.router.check(agent.spec.model, caller);
  checkTools(agent, plan);
  const run = runOf(agent, {
    runId: c.var.idOfKey?.("run"),
    input: plan.input,
    history: plan.history,
    request: Object.keys(plan.request).length > 0 ? plan.request : undefined,
    ...attribution(caller, { user: userOf(plan, caller) }),
    startedBy: startedBy(caller),
  });
  await store.runs.create({
    ...run,
    ...(plan.threadId !== undefined && { threadId: plan.threadId }),
  });
  return { runId: run.runId, agent };
}

/**
 * The end user that the request names, as far as it can be the name of one, and the caller may say whose
 * costs they are. Of others they are the caller's own.
 */
function userOf({ user }: Plan, { instance, kind }: Caller): string | undefined {
  if (!instance && kind !== "local") return undefined;
  const named = userSchema.safeParse(user);
  return named.success ? named.data : undefined;
}

/** The agent's own tools are called by their names; a caller's of the same name could not be told apart. */
function checkTools({ name, spec }: Agent, { request }: Plan): void {
  const taken = request.tools?.find((tool) => spec.tools.includes(tool.name));
  if (taken) {
    throw unsupported("tools", `the agent ${name} has a tool ${taken.name} of its own.`);
  }
  if (request.output && spec.output) {
    throw unsupported("response_format", `the agent ${name} has an output schema of its own.`);
  }
}
