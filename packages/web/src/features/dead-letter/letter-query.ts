import { queryOptions } from "@tanstack/react-query";
import { client } from "../../data/client.ts";

/** A letter with what came before it. */
export const letterQuery = (id: string) =>
  queryOptions({
    queryKey: ["dead letters", "one", id],
    queryFn: () => client.deadLetters.get(id),
  });
