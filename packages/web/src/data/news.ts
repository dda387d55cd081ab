import type { News } from "@flotilla/core";
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { client } from "./client.ts";
import { useFleet } from "./fleet.ts";
import { useRefreshOn } from "./use-refresh-on.ts";

/** In a busy fleet runs end all the time, of which few are the reader's: it is not read again more often. */
const leastMs = 5_000;

const newsQuery = queryOptions({ queryKey: ["news"], queryFn: () => client.news.get() });

/** What is new for the reader. */
export function useNews() {
  return useQuery(newsQuery);
}

/** Reads it again when the platform's figures tell that something may be new. */
export function useFreshNews(): void {
  const inbox = useFleet("inbox");
  const newsAt = useFleet("newsAt");
  const runs = useFleet("runs");
  const signal = runs && [inbox, newsAt, runs.completed, runs.failed].join(" ");
  useRefreshOn(newsQuery.queryKey, signal, leastMs);
}

/** Marks what is not newer as seen, at once; a mark that the server did not take is read back. */
export function useSeeNews() {
  const cache = useQueryClient();
  const show = (news: News) => cache.setQueryData(newsQuery.queryKey, news);
  return useMutation({
    mutationFn: (until: string) => client.news.see({ until }),
    onMutate: async (until) => {
      await cache.cancelQueries({ queryKey: newsQuery.queryKey });
      const known = cache.getQueryData(newsQuery.queryKey);
      if (!known) return;
      const unseen = known.newest.filter(({ at }) => at > until).length;
      show({ ...known, unseen, seenUntil: until });
    },
    onSuccess: show,
    onError: () => void cache.invalidateQueries({ queryKey: newsQuery.queryKey }),
  });
}
