import { queryOptions } from "@tanstack/react-query";
import { client } from "../../data/client.ts";

export const keysQuery = queryOptions({
  queryKey: ["settings", "keys"],
  queryFn: () => client.keys.list(),
});

export const membersQuery = queryOptions({
  queryKey: ["settings", "members"],
  queryFn: () => client.members.list(),
});

export const invitationsQuery = queryOptions({
  queryKey: ["settings", "invitations"],
  queryFn: () => client.invitations.list(),
});

export const rulesQuery = queryOptions({
  queryKey: ["settings", "rules"],
  queryFn: () => client.rules.list(),
});

export const credentialsQuery = queryOptions({
  queryKey: ["settings", "credentials"],
  queryFn: () => client.credentials.list(),
});
