import { createRootRoute, Outlet, retainSearchParams, useMatches } from "@tanstack/react-router";
import { scopeSearchSchema } from "../data/place.ts";
import { Shell } from "./shell.tsx";

declare module "@tanstack/react-router" {
  interface StaticDataRouteOption {
    /** A page without the shell, for people who may not be signed in. */
    isEntry?: boolean;
  }
}

/** Every link keeps where the tab acts. */
export const root = createRootRoute({
  component: Frame,
  validateSearch: scopeSearchSchema,
  search: { middlewares: [retainSearchParams(["org", "env"])] },
});

function Frame() {
  const isEntry = useMatches({
    select: (matches) => matches.some(({ staticData }) => staticData.isEntry === true),
  });
  return isEntry ? <Outlet /> : <Shell />;
}
