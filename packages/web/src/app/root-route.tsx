import {
  createRootRoute,
  Outlet,
  retainSearchParams,
  useMatches,
  type StaticDataRouteOption,
} from "@tanstack/react-router";
import { meQuery } from "../data/me.ts";
import { scopeSearchSchema } from "../data/place.ts";
import { queryClient } from "../data/query-client.ts";
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
  // The shell waits for it: it is asked for while the page's code is fetched.
  beforeLoad({ matches }) {
    if (!isEntryAmong(matches)) void queryClient.prefetchQuery(meQuery);
  },
});

function isEntryAmong(matches: readonly { staticData: StaticDataRouteOption }[]): boolean {
  return matches.some(({ staticData }) => staticData.isEntry === true);
}

function Frame() {
  const isEntry = useMatches({ select: isEntryAmong });
  return isEntry ? <Outlet /> : <Shell />;
}
