import { queryOptions } from "@tanstack/react-query";
import { client } from "../../data/client.ts";

export const connectionsQuery = queryOptions({
  queryKey: ["connections"],
  queryFn: () => client.connections.list(),
});
