import { FlotillaError } from "@flotilla/core";
import { QueryClient } from "@tanstack/react-query";

/** How often what is on screen is read again while its tab is visible, in milliseconds. */
export const refreshMs = 2_000;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 1_000,
      retry: (failures, error) => failures < 3 && error instanceof FlotillaError && error.transient,
      retryDelay: (failures) => Math.min(2_000, 200 * 2 ** failures),
      // A server on this machine needs no internet.
      networkMode: "always",
    },
    mutations: { networkMode: "always" },
  },
});
