import { queryOptions } from "@tanstack/react-query";
import { auth } from "../../data/auth.ts";
import { client } from "../../data/client.ts";

export const accountQuery = queryOptions({
  queryKey: ["settings", "account"],
  queryFn: () => auth.account(),
});

export const sessionsQuery = queryOptions({
  queryKey: ["settings", "sessions"],
  queryFn: () => auth.sessions(),
});

export const preferencesQuery = queryOptions({
  queryKey: ["settings", "preferences"],
  queryFn: () => client.preferences.get(),
});
