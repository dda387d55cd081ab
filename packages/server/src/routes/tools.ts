import {
  toolCalledSchema,
  toolCallSchema,
  toolItemSchema,
  toolListSchema,
  toolParamsSchema,
  type ToolItem,
} from "@flotilla/api";
import {
  breakerState,
  closed,
  newId,
  newTraceId,
  toolKey,
  type ToolHealth,
  type ToolInfo,
} from "@flotilla/core";
import { correlation } from "@flotilla/engine";
import { guardedRoute } from "../access/guarded-route.ts";
import { permit, permitted } from "../access/permit.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { jsonAnswers, jsonBody } from "../openapi.ts";
import { callByHand } from "../tools/call-by-hand.ts";

const tags = ["tools"];

const list = guardedRoute("tools.read", {
  method: "get",
  path: "/tools",
  summary: "The registered tools, by name, with how they do in the organisation",
  tags,
  responses: jsonAnswers("The tools.", toolListSchema),
});

const reset = guardedRoute("tools.use", {
  method: "post",
  path: "/tools/{name}/reset",
  summary: "Close a tool's breaker in the organisation: the next call is made",
  tags,
  request: { params: toolParamsSchema },
  responses: jsonAnswers("The tool.", toolItemSchema),
});

const call = guardedRoute("tools.use", {
  method: "post",
  path: "/tools/{name}/calls",
  summary: "Call a tool by hand, outside of any run, and wait for its result",
  tags,
  request: { params: toolParamsSchema, body: jsonBody(toolCallSchema) },
  responses: jsonAnswers("What the call came to.", toolCalledSchema),
});

export function toolRoutes(app: ApiApp, parts: AppParts): void {
  const { tools, store } = parts;
  app.openapi(list, async (c) => {
    const shown = await permitted(c, "tools.read");
    const { organisation } = c.var.caller;
    const { now, all } = await c.var.store.tools.health();
    const own = new Map(
      all.flatMap((one) => (one.organisation === organisation ? [[one.tool, one]] : [])),
    );
    const { caller } = c.var;
    const items = (await tools.of(caller)).list().filter((tool) => shown(tool.name));
    return c.json({ items: items.map((tool) => itemOf(tool, own.get(tool.name), now)) });
  });

  app.openapi(reset, async (c) => {
    const { name } = c.req.valid("param");
    await permit(c, "tools.use", name);
    const tool = (await tools.of(c.var.caller)).get(name);
    const key = toolKey({ organisation: c.var.caller.organisation, tool: name });
    // Workers share it, so it is theirs to change.
    const { now, all } = await store.toolHealth.note([key], closed);
    return c.json(itemOf(tool, all[0], now));
  });

  app.openapi(call, async (c) => {
    const { name } = c.req.valid("param");
    await permit(c, "tools.use", name);
    const { caller } = c.var;
    const closing = c.env?.closing;
    const signal = closing ? AbortSignal.any([c.req.raw.signal, closing]) : c.req.raw.signal;
    const called = await callByHand(parts, {
      tool: name,
      input: c.req.valid("json").input,
      ...{ caller, store: c.var.store, signal },
      callId: c.var.idOfKey?.("cal") ?? newId("cal", parts.clock.now()),
      traceId: correlation()?.traceId ?? newTraceId(Math.random),
    });
    return c.json(called);
  });
}

function itemOf(tool: ToolInfo, health: ToolHealth | undefined, now: number): ToolItem {
  return {
    ...tool,
    breaker: health ? breakerState(health, now) : "closed",
    health: health ?? null,
  };
}
