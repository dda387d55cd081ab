import { toolRisks } from "@flotilla/core";
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { z } from "zod";
import { root } from "./root-route.tsx";

const word = z.coerce.string().max(200).optional().catch(undefined);
const route = { getParentRoute: () => root };

/** Pages about what agents call, and what comes of it. */
export const toolRoutes = [
  createRoute({
    ...route,
    path: "/tools",
    validateSearch: z.object({ q: word, risk: z.enum(toolRisks).optional().catch(undefined) }),
    component: lazyRouteComponent(() => import("../features/tool/tools-page.tsx"), "ToolsPage"),
  }),
  createRoute({
    ...route,
    path: "/tools/$name",
    component: lazyRouteComponent(() => import("../features/tool/tool-page.tsx"), "ToolPage"),
  }),
  createRoute({
    ...route,
    path: "/mcp-servers",
    component: lazyRouteComponent(
      () => import("../features/mcp/mcp-servers-page.tsx"),
      "McpServersPage",
    ),
  }),
  createRoute({
    ...route,
    path: "/mcp-servers/$name",
    component: lazyRouteComponent(
      () => import("../features/mcp/mcp-server-page.tsx"),
      "McpServerPage",
    ),
  }),
  createRoute({
    ...route,
    path: "/artifacts/$artifactId",
    validateSearch: z.object({ view: z.enum(["source"]).optional().catch(undefined) }),
    component: lazyRouteComponent(
      () => import("../features/artifact/artifact-page.tsx"),
      "ArtifactPage",
    ),
  }),
] as const;
