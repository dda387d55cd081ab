import { queryOptions, useQuery } from "@tanstack/react-query";
import { client } from "./client.ts";
import { useMe } from "./me.ts";

export const organisationsQuery = queryOptions({
  queryKey: ["organisations"],
  queryFn: () => client.organisations.list(),
  staleTime: 60_000,
});

/** What the organisation that the tab acts in is called; its id until that is known. */
export function useOrganisationName(): string | undefined {
  const id = useMe()?.caller.organisation;
  const { data } = useQuery(organisationsQuery);
  return data?.items.find((one) => one.id === id)?.name ?? id;
}
