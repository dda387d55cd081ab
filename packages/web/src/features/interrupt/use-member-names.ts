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

/** Tells the name of a member by his id: `me` for oneself, and what an id stands for whose name is not known. */
export function useMemberNames(): (userId: string) => string {
  const { members } = useMembers();
  const own = useMe()?.caller.id;
  return useCallback(
    (userId) => {
      if (userId === own) return "me";
      const member = members?.find((one) => one.userId === userId);
      return member?.name ?? member?.email ?? unknownName(userId);
    },
    [members, own],
  );
}

/** Where nobody signs in people are named as whoever starts something calls them. */
function unknownName(id: string): string {
  if (/^usr_[0-9a-z]{26}$/.test(id)) return "somebody else";
  return /^key_[0-9a-z]{26}$/.test(id) ? "an API key" : id;
}
