import { deadLetterCauseSchema, interruptKinds } from "@flotilla/core";
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { z } from "zod";
import { root } from "./root-route.tsx";

const word = z.string().max(200).optional().catch(undefined);
const route = { getParentRoute: () => root };

/** Pages on which people take part in the work: what waits for them, what failed, what became of it. */
export const peopleRoutes = [
  createRoute({
    ...route,
    path: "/inbox",
    validateSearch: z.object({
      kind: z.enum(interruptKinds).optional().catch(undefined),
      agent: word,
      mine: z.literal(true).optional().catch(undefined),
      state: z.enum(["answered", "expired"]).optional().catch(undefined),
      item: word,
    }),
    component: lazyRouteComponent(() => import("../features/inbox/inbox-page.tsx"), "InboxPage"),
  }),
  createRoute({
    ...route,
    path: "/runs/$runId/compare/$otherId",
    validateSearch: z.object({ only: z.literal(true).optional().catch(undefined) }),
    component: lazyRouteComponent(
      () => import("../features/comparison/comparison-page.tsx"),
      "ComparisonPage",
    ),
  }),
  createRoute({
    ...route,
    path: "/schedules",
    validateSearch: z.object({
      view: z.enum(["calendar"]).optional().catch(undefined),
      from: z.iso.date().optional().catch(undefined),
    }),
    component: lazyRouteComponent(
      () => import("../features/schedule/schedules-page.tsx"),
      "SchedulesPage",
    ),
  }),
  createRoute({
    ...route,
    path: "/schedules/$name",
    component: lazyRouteComponent(
      () => import("../features/schedule/schedule-page.tsx"),
      "SchedulePage",
    ),
  }),
  createRoute({
    ...route,
    path: "/dead-letters",
    validateSearch: z.object({
      state: z.enum(["discarded"]).optional().catch(undefined),
      cause: deadLetterCauseSchema.optional().catch(undefined),
      agent: word,
      group: word,
      letter: word,
    }),
    component: lazyRouteComponent(
      () => import("../features/dead-letter/dead-letters-page.tsx"),
      "DeadLettersPage",
    ),
  }),
] as const;
