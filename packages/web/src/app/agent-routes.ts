import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { z } from "zod";
import { editorSearchSchema } from "../features/agent/editor-search.ts";
import { root } from "./root-route.tsx";

const word = z.coerce.string().max(200).optional().catch(undefined);
const version = z.int().positive().optional().catch(undefined);
const route = { getParentRoute: () => root };

/** Pages about agents, and where they are written. */
export const agentRoutes = [
  createRoute({
    ...route,
    path: "/agents",
    validateSearch: z.object({
      q: word,
      show: z.enum(["active", "failing", "published"]).optional().catch(undefined),
    }),
    component: lazyRouteComponent(() => import("../features/agent/agents-page.tsx"), "AgentsPage"),
  }),
  createRoute({
    ...route,
    path: "/agents/new",
    validateSearch: editorSearchSchema.extend({ from: word }),
    component: lazyRouteComponent(
      () => import("../features/agent/agent-editor-page.tsx"),
      "NewAgentPage",
    ),
  }),
  createRoute({
    ...route,
    path: "/agents/$name",
    validateSearch: z.object({
      version,
      against: version,
      view: z.enum(["yaml", "json", "versions", "publish", "runs"]).optional().catch(undefined),
    }),
    component: lazyRouteComponent(() => import("../features/agent/agent-page.tsx"), "AgentPage"),
  }),
  createRoute({
    ...route,
    path: "/agents/$name/edit",
    validateSearch: editorSearchSchema,
    component: lazyRouteComponent(
      () => import("../features/agent/agent-editor-page.tsx"),
      "EditAgentPage",
    ),
  }),
] as const;
