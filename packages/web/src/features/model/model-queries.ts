import { queryOptions } from "@tanstack/react-query";
import { client } from "../../data/client.ts";
import { refreshMs } from "../../data/query-client.ts";

export const modelsQuery = queryOptions({
  queryKey: ["models"],
  queryFn: () => client.models.list(),
  refetchInterval: refreshMs,
});

export const routesQuery = queryOptions({
  queryKey: ["routes"],
  queryFn: () => client.routes.list(),
  refetchInterval: refreshMs,
});
