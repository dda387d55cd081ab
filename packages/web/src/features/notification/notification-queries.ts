import { queryOptions } from "@tanstack/react-query";
import { client } from "../../data/client.ts";

export const channelsQuery = queryOptions({
  queryKey: ["notifications", "channels"],
  queryFn: () => client.notifications.channels(),
});

const waitMs = 1_000;

/** What was sent through a channel, newest first; read again while something is on its way. */
export const deliveriesQuery = (channel: string) =>
  queryOptions({
    queryKey: ["notifications", "deliveries", channel],
    queryFn: () => client.notifications.deliveries({ channel, limit: 20 }),
    refetchInterval: ({ state: { data } }) =>
      data?.items.some(({ status }) => status === "pending") ? waitMs : false,
  });
