import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { z } from "zod";
import { root } from "./root-route.tsx";

const word = z.coerce.string().max(2_000).optional().catch(undefined);
const entry = { getParentRoute: () => root, staticData: { isEntry: true } };

/** Pages of sign-in, without the shell. */
export const entryRoutes = [
  createRoute({
    ...entry,
    path: "/sign-in",
    validateSearch: z.object({ back: word, error: word }),
    component: lazyRouteComponent(
      () => import("../features/sign-in/sign-in-page.tsx"),
      "SignInPage",
    ),
  }),
  createRoute({
    ...entry,
    path: "/admin-link",
    component: lazyRouteComponent(
      () => import("../features/sign-in/admin-link-page.tsx"),
      "AdminLinkPage",
    ),
  }),
  createRoute({
    ...entry,
    path: "/invitation",
    component: lazyRouteComponent(
      () => import("../features/sign-in/invitation-page.tsx"),
      "InvitationPage",
    ),
  }),
  createRoute({
    ...entry,
    path: "/mcp-servers/oauth/callback",
    component: lazyRouteComponent(
      () => import("../features/mcp/sign-in-callback-page.tsx"),
      "SignInCallbackPage",
    ),
  }),
  createRoute({
    ...entry,
    path: "/device",
    validateSearch: z.object({ user_code: word }),
    component: lazyRouteComponent(
      () => import("../features/sign-in/device-page.tsx"),
      "DevicePage",
    ),
  }),
] as const;
