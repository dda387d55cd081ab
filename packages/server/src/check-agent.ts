import type { AgentChecked } from "@flotilla/api";
import { FlotillaError, type AgentSpec } from "@flotilla/core";
import { checkOutputSchema } from "@flotilla/engine";
import type { StoreView } from "@flotilla/store";
import type { Context } from "hono";
import type { AppParts, ServerEnv } from "./app-parts.ts";
import { checkStrategies, modelsOf } from "./check-strategy.ts";
import { checkTools } from "./check-tools.ts";

/** What throws where something is wrong, and where in the spec that is. */
type Check = [path: string, check: () => unknown];

/** Throws for a spec that no run could work with. A missing API key may still be set later. */
export async function checkAgent(
  c: Context<ServerEnv>,
  parts: AppParts,
  spec: AgentSpec,
  name: string,
): Promise<void> {
  for (const [, check] of checksOf(c, parts, spec, name)) await check();
}

/** What is wrong with a spec: all of it, not only the first. */
export async function agentProblems(
  c: Context<ServerEnv>,
  parts: AppParts,
  spec: AgentSpec,
  name: string,
): Promise<AgentChecked["problems"]> {
  const problems: AgentChecked["problems"] = [];
  for (const [path, check] of checksOf(c, parts, spec, name)) {
    try {
      await check();
    } catch (error) {
      if (!(error instanceof FlotillaError)) throw error;
      problems.push({ path, message: error.message, remedy: error.remedy ?? null });
    }
  }
  return problems;
}

function checksOf(c: Context<ServerEnv>, parts: AppParts, spec: AgentSpec, name: string): Check[] {
  const { store, caller } = c.var;
  const { model } = spec.context ?? {};
  return [
    ["name", () => checkName(spec, name)],
    ["output", () => spec.output && checkOutputSchema(spec.output)],
    ["model", () => checkModel(parts, spec.model)],
    ["strategy", () => checkStrategies(spec)],
    ...modelsOf(spec).map((named): Check => [
      named.field,
      () => checkModel(parts, named.name, named.field),
    ]),
    ["context.model", () => model !== undefined && checkModel(parts, model, "context.model")],
    ["tools", async () => checkTools(await parts.tools.of(caller), store, spec)],
    ["team", () => checkTeam(store.agents, spec)],
  ];
}

function checkName(spec: AgentSpec, name: string): void {
  if (spec.name === name) return;
  throw new FlotillaError(
    "invalid_request",
    `The spec is of agent "${spec.name}", the address of agent "${name}".`,
    { remedy: "Use the same name in both." },
  );
}

/** Throws when it names agents that are not there, or keys whose schema is none. */
async function checkTeam(agents: StoreView["agents"], { name, team }: AgentSpec): Promise<void> {
  if (!team) return;
  for (const schema of Object.values(team.blackboard)) checkOutputSchema(schema);
  const wanted = [...team.workers, ...team.handoffs];
  if (wanted.length === 0) return;
  const known = new Set((await agents.list(false)).map((agent) => agent.name));
  const missing = [...new Set(wanted)].filter((one) => one !== name && !known.has(one));
  if (missing.length === 0) return;
  const message = `The team names agents that there are none of: ${missing.join(", ")}.`;
  throw new FlotillaError("invalid_request", message, {
    remedy: "Apply them first; of agents that name each other, one without its team first.",
  });
}

/** @param field of the spec that names it, where that is not its `model` */
function checkModel({ router }: AppParts, model: string, field?: string): void {
  try {
    router.check(model);
  } catch (error) {
    if (!(error instanceof FlotillaError)) throw error;
    const { code, message, remedy } = error;
    if (code === "credentials_missing") return;
    throw field === undefined ? error : new FlotillaError(code, `${field}: ${message}`, { remedy });
  }
}
