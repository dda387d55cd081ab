import { useQuery } from "@tanstack/react-query";
import { useMe } from "../../data/me.ts";
import { organisationsQuery } from "./settings-queries.ts";

/** What the organisation that one acts in is called; its id until that is known. */
export function useOrganisationName(): string | undefined {
  const id = useMe()?.caller.organisation;
  const { data } = useQuery(organisationsQuery);
  return data?.items.find((one) => one.id === id)?.name ?? id;
}
