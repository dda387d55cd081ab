import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { z } from "zod";
import { root } from "./root-route.tsx";

const route = { getParentRoute: () => root };

/** Pages on which people take part in the work: what waits for them, what failed, what became of it. */
export const peopleRoutes = [
  createRoute({
    ...route,
    path: "/runs/$runId/compare/$otherId",
    validateSearch: z.object({ only: z.literal(true).optional().catch(undefined) }),
    component: lazyRouteComponent(
      () => import("../features/comparison/comparison-page.tsx"),
      "ComparisonPage",
    ),
  }),
] as const;
