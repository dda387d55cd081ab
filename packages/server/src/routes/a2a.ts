import {
  agentNameSchema,
  defaultEnvironment,
  FlotillaError,
  homeOrganisation,
  type Agent,
} from "@flotilla/core";
import type { StoreView } from "@flotilla/store";
import type { Context } from "hono";
import { guard } from "../access/guarded-route.ts";
import { permit } from "../access/permit.ts";
import { agentCard } from "../a2a/agent-card.ts";
import type { ApiApp, AppParts, ServerEnv } from "../app-parts.ts";
import { baseAddress } from "../http/base-address.ts";
import type { McpEdge } from "../mcp/edge.ts";
import { challenge } from "../mcp/protected-resource.ts";

const card = "/.well-known/agent-card.json";
const endpoint = "/a2a/:agent";

/**
 * Published agents for other agents, by the A2A protocol. To publish an agent makes its card public: those of the home
 * organisation are read without a key, others with one of theirs. Messages are taken from those who may run the agent.
 */
export function a2aRoutes(app: ApiApp, edge: McpEdge): void {
  const { parts } = edge;
  app.get(card, async (c) => {
    const store = await storeOf(c, parts);
    const published = (await store.agents.list(false)).filter(isPublished);
    const [only, another] = published;
    if (only && !another) return c.json(cardOf(c, parts, only));
    const names = published.map(({ name }) => `/a2a/${name}${card}`);
    throw new FlotillaError("not_found", `${published.length} agents are published here.`, {
      remedy: names.length > 0 ? `Read one of ${names.join(", ")}.` : "Publish one: publish.a2a.",
    });
  });
  app.get(`${endpoint}${card}`, async (c) => {
    const agent = await publishedAgent(await storeOf(c, parts), c.req.param("agent"));
    return c.json(cardOf(c, parts, agent));
  });
  app.use(endpoint, challenge(parts), guard("agents.run"));
  app.post(endpoint, async (c) => {
    const name = c.req.param("agent");
    await permit(c, "agents.run", name);
    await publishedAgent(c.var.store, name);
    const { answerA2a } = await import("../a2a/open-a2a.ts");
    return answerA2a(edge, c, name);
  });
}

/** What the caller sees; whoever brings nothing to be known by sees the home organisation's. */
async function storeOf(c: Context<ServerEnv>, parts: AppParts): Promise<StoreView> {
  const isKnown = c.req.header("authorization") ?? c.req.header("cookie");
  if (parts.access.signIn === "none" || isKnown !== undefined) {
    await guard("agents.read")(c, async () => undefined);
    return c.var.store;
  }
  const home = { organisation: homeOrganisation, environment: defaultEnvironment };
  return parts.store.tenant(home);
}

/** Throws `not_found`, for one that is not published too. */
async function publishedAgent(store: Pick<StoreView, "agents">, name: string): Promise<Agent> {
  const isName = agentNameSchema.safeParse(name).success;
  const agent = isName
    ? (await store.agents.list(false)).find((one) => one.name === name)
    : undefined;
  if (agent && isPublished(agent)) return agent;
  throw new FlotillaError("not_found", `No agent ${name.slice(0, 100)} is published here.`, {
    remedy: "An agent is published with publish.a2a in its file.",
  });
}

function isPublished({ spec }: Pick<Agent, "spec">): boolean {
  return spec.publish?.a2a ?? false;
}

function cardOf(c: Context<ServerEnv>, parts: AppParts, agent: Agent): object {
  return agentCard(agent, baseAddress(c, parts), parts.access.signIn === "required");
}
