import type { Preferences, PreferencesChange } from "@flotilla/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { notifyError } from "../components/notify-error.tsx";
import { client } from "./client.ts";
import { meQuery, useMe } from "./me.ts";

/** What the reader likes; undefined until it is known who reads. */
export function usePreferences(): Preferences | undefined {
  return useMe()?.preferences;
}

/** Changes some of them, at once and for every browser; what is refused is taken back. */
export function useChangePreferences() {
  const cache = useQueryClient();
  const show = (preferences: Preferences) =>
    cache.setQueryData(meQuery.queryKey, (me) => me && { ...me, preferences });
  return useMutation({
    mutationFn: (change: PreferencesChange) => client.preferences.change(change),
    onMutate: async (change) => {
      await cache.cancelQueries({ queryKey: meQuery.queryKey });
      const before = cache.getQueryData(meQuery.queryKey)?.preferences;
      // null takes a default that the server knows.
      const given = Object.entries(change).filter(
        ([name, value]) => value !== null || name === "timeZone",
      );
      if (before) show({ ...before, ...Object.fromEntries(given) });
      return before;
    },
    onSuccess: show,
    onError: (error, _change, before) => {
      if (before) show(before);
      notifyError(error);
    },
  });
}
