import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { client } from "../../data/client.ts";
import { useMay, useMe } from "../../data/me.ts";

/** The members, where people sign in and the person may know them. */
export function useMembers() {
  const may = useMay();
  const isPeople = useMe()?.signIn === "required" && may("members.read");
  const { data } = useQuery({
    queryKey: ["members"],
    queryFn: () => client.members.list(),
    enabled: isPeople,
    staleTime: 60_000,
  });
  return { isPeople, members: data?.items };
}

/** Tells the name of a member by his id: `me` for oneself, the id of one who is not known. */
export function useMemberNames(): (userId: string) => string {
  const { members } = useMembers();
  const own = useMe()?.caller.id;
  return useCallback(
    (userId) => {
      if (userId === own) return "me";
      return members?.find((one) => one.userId === userId)?.name ?? userId;
    },
    [members, own],
  );
}
