import type { Me } from "@flotilla/api";
import type { Permission } from "@flotilla/core";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { client } from "./client.ts";

/** A role may be changed by somebody else at any time. */
const refreshMs = 30_000;

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: () => client.me(),
  staleTime: refreshMs,
  refetchInterval: refreshMs,
});

/** Who looks at the page. The shell shows no page before that is known. */
export function useMe(): Me | undefined {
  return useQuery(meQuery).data;
}

/**
 * Tells of a permission whether the person holds it here. What would be refused is not offered:
 * `const may = useMay(); may("agents.run") && <Button …>`.
 */
export function useMay(): (permission: Permission) => boolean {
  const me = useMe();
  return (permission) => me?.permissions.includes(permission) ?? false;
}
