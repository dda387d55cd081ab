import { runStatusSchema } from "@flotilla/core";
import { createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { HomePage } from "../features/home/home-page.tsx";
import { z } from "zod";
import { runPageSearchSchema } from "../features/run/run-page-search.ts";
import { runFilterSchema } from "../features/run/run-search.ts";
import { costSearchSchema } from "../features/cost/cost-search.ts";
import { compareSearchSchema } from "../features/thread/compare-search.ts";
import { scrollAreaId } from "../components/scroll-area.ts";
import { mountUrl } from "../data/place.ts";
import { agentRoutes } from "./agent-routes.ts";
import { entryRoutes } from "./entry-routes.ts";
import { peopleRoutes } from "./people-routes.ts";
import { platformRoutes } from "./platform-routes.ts";
import { root } from "./root-route.tsx";
import { NotFound, RouteError } from "./route-error.tsx";
import { toolRoutes } from "./tool-routes.ts";

// A link someone typed or kept for long may say anything: what does not fit is left out.
const status = runStatusSchema.optional().catch(undefined);
const word = z.string().max(200).optional().catch(undefined);

/** Which conversations are listed beside the one that is looked at. */
const ofThreads = { q: word, archived: z.boolean().optional().catch(undefined) };

const route = { getParentRoute: () => root };

const routes = [
  createRoute({
    ...route,
    path: "/",
    component: HomePage,
  }),
  createRoute({
    ...route,
    path: "/runs",
    validateSearch: runFilterSchema.extend({ start: word }),
    component: lazyRouteComponent(() => import("../features/run/runs-page.tsx"), "RunsPage"),
  }),
  createRoute({
    ...route,
    path: "/runs/$runId",
    validateSearch: runPageSearchSchema,
    component: lazyRouteComponent(() => import("../features/run/run-page.tsx"), "RunPage"),
  }),
  createRoute({
    ...route,
    path: "/playground",
    validateSearch: z.object({ agent: word, ...ofThreads }),
    component: lazyRouteComponent(
      () => import("../features/thread/playground-page.tsx"),
      "PlaygroundPage",
    ),
  }),
  createRoute({
    ...route,
    path: "/playground/compare",
    validateSearch: compareSearchSchema,
    component: lazyRouteComponent(
      () => import("../features/thread/compare-page.tsx"),
      "ComparePage",
    ),
  }),
  createRoute({
    ...route,
    path: "/playground/$threadId",
    validateSearch: z.object({ upTo: word, ...ofThreads }),
    component: lazyRouteComponent(
      () => import("../features/thread/playground-page.tsx"),
      "ThreadPage",
    ),
  }),
  createRoute({
    ...route,
    path: "/batches",
    component: lazyRouteComponent(
      () => import("../features/batch/batches-page.tsx"),
      "BatchesPage",
    ),
  }),
  createRoute({
    ...route,
    path: "/batches/new",
    validateSearch: z.object({ agent: word }),
    component: lazyRouteComponent(
      () => import("../features/batch/new-batch-page.tsx"),
      "NewBatchPage",
    ),
  }),
  createRoute({
    ...route,
    path: "/batches/$batchId",
    validateSearch: z.object({
      status,
      view: z.enum(["analysis", "certificate"]).optional().catch(undefined),
      /** A row that is looked at. */
      row: z.int().positive().optional().catch(undefined),
    }),
    component: lazyRouteComponent(() => import("../features/batch/batch-page.tsx"), "BatchPage"),
  }),
  createRoute({
    ...route,
    path: "/limits",
    component: lazyRouteComponent(() => import("../features/limit/limits-page.tsx"), "LimitsPage"),
  }),
  createRoute({
    ...route,
    path: "/models",
    validateSearch: z.object({ view: z.enum(["routes"]).optional().catch(undefined) }),
    component: lazyRouteComponent(() => import("../features/model/models-page.tsx"), "ModelsPage"),
  }),
  createRoute({
    ...route,
    path: "/costs",
    validateSearch: costSearchSchema,
    component: lazyRouteComponent(() => import("../features/cost/costs-page.tsx"), "CostsPage"),
  }),
  createRoute({
    ...route,
    path: "/policies",
    validateSearch: z.object({
      view: z.enum(["try", "versions", "file"]).optional().catch(undefined),
    }),
    component: lazyRouteComponent(() => import("../features/policy/policy-page.tsx"), "PolicyPage"),
  }),
] as const;

export const router = createRouter({
  routeTree: root.addChildren([
    ...routes,
    ...agentRoutes,
    ...toolRoutes,
    ...peopleRoutes,
    ...platformRoutes,
    ...entryRoutes,
  ]),
  basepath: new URL(mountUrl).pathname,
  defaultPreload: "intent",
  defaultNotFoundComponent: NotFound,
  defaultErrorComponent: RouteError,
  scrollRestoration: true,
  scrollToTopSelectors: [`#${scrollAreaId}`],
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
