import { queryOptions } from "@tanstack/react-query";
import { client } from "../../data/client.ts";

export const signInOptionsQuery = queryOptions({
  queryKey: ["sign-in options"],
  queryFn: () => client.signInOptions(),
  staleTime: Infinity,
});
