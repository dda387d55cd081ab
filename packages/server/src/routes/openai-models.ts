import type { Agent } from "@flotilla/core";
import { startableAgent } from "@flotilla/engine";
import { z } from "@hono/zod-openapi";
import { guardedRoute } from "../access/guarded-route.ts";
import { permit, permitted } from "../access/permit.ts";
import type { ApiApp } from "../app-parts.ts";
import { openAiAnswers } from "../openai/answers.ts";
import { agentOf } from "../openai/plan.ts";

const modelSchema = z.object({
  id: z.string(),
  object: z.literal("model"),
  created: z.int(),
  owned_by: z.string(),
});

const list = guardedRoute("agents.run", {
  method: "get",
  path: "/models",
  summary: "The agents that the caller may run, as models",
  tags: ["openai"],
  responses: openAiAnswers(
    "The models.",
    z.object({ object: z.literal("list"), data: z.array(modelSchema) }),
  ),
});

const get = guardedRoute("agents.run", {
  method: "get",
  path: "/models/{model}",
  summary: "An agent as a model; agent@version is one of its versions",
  tags: ["openai"],
  request: { params: z.object({ model: z.string().max(200) }) },
  responses: openAiAnswers("The model.", modelSchema),
});

export function openAiModelRoutes(app: ApiApp): void {
  app.openapi(list, async (c) => {
    const shown = await permitted(c, "agents.run");
    const agents = (await c.var.store.agents.list(false)).filter(({ name }) => shown(name));
    return c.json({
      object: "list" as const,
      data: agents.map((agent) => modelOf(agent.name, agent)),
    });
  });

  app.openapi(get, async (c) => {
    const { model } = c.req.valid("param");
    const { agent: name, version } = agentOf(model);
    await permit(c, "agents.run", name);
    return c.json(modelOf(model, await startableAgent(c.var.store, name, version)));
  });
}

function modelOf(id: string, { createdAt }: Agent): z.infer<typeof modelSchema> {
  const created = Math.floor(Date.parse(createdAt) / 1_000);
  return { id, object: "model", created, owned_by: "flotilla" };
}
