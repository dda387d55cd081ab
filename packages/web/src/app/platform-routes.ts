import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { activityOutcomeSchema } from "@flotilla/core";
import { z } from "zod";
import { root } from "./root-route.tsx";

const word = z.string().max(200).optional().catch(undefined);
const route = { getParentRoute: () => root };

/** Pages about the platform itself, and about who uses it. */
export const platformRoutes = [
  createRoute({
    ...route,
    path: "/settings/$section",
    validateSearch: z.object({ item: word }),
    component: lazyRouteComponent(
      () => import("../features/settings/settings-page.tsx"),
      "SettingsPage",
    ),
  }),
  createRoute({
    ...route,
    path: "/activity",
    validateSearch: z.object({
      action: word,
      resource: word,
      actor: word,
      outcome: activityOutcomeSchema.optional().catch(undefined),
    }),
    component: lazyRouteComponent(
      () => import("../features/activity/activity-page.tsx"),
      "ActivityPage",
    ),
  }),
  createRoute({
    ...route,
    path: "/errors",
    validateSearch: z.object({ state: z.enum(["resolved"]).optional().catch(undefined) }),
    component: lazyRouteComponent(() => import("../features/error/errors-page.tsx"), "ErrorsPage"),
  }),
  createRoute({
    ...route,
    path: "/health",
    component: lazyRouteComponent(() => import("../features/health/health-page.tsx"), "HealthPage"),
  }),
] as const;
