import { queryOptions } from "@tanstack/react-query";
import { client } from "../../data/client.ts";

export const triggersQuery = queryOptions({
  queryKey: ["triggers"],
  queryFn: () => client.triggers.list(),
});

/** With where its webhook is to be sent. */
export const triggerQuery = (name: string) =>
  queryOptions({ queryKey: ["triggers", name], queryFn: () => client.triggers.get(name) });

const waitMs = 5_000;

/** What became of its occasions, newest first; read again while it is looked at. */
export const startsQuery = (name: string) =>
  queryOptions({
    queryKey: ["triggers", name, "starts"],
    queryFn: () => client.triggers.starts(name, { limit: 20 }),
    refetchInterval: waitMs,
  });
