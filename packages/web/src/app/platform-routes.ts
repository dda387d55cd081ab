import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { root } from "./root-route.tsx";

const route = { getParentRoute: () => root };

/** Pages about the platform itself, and about who uses it. */
export const platformRoutes = [
  createRoute({
    ...route,
    path: "/settings/$section",
    component: lazyRouteComponent(
      () => import("../features/settings/settings-page.tsx"),
      "SettingsPage",
    ),
  }),
] as const;
