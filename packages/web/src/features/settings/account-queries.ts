import { queryOptions } from "@tanstack/react-query";
import { auth } from "../../data/auth.ts";

export const accountQuery = queryOptions({
  queryKey: ["settings", "account"],
  queryFn: () => auth.account(),
});

export const sessionsQuery = queryOptions({
  queryKey: ["settings", "sessions"],
  queryFn: () => auth.sessions(),
});
