import type { Page, PageQuery } from "@flotilla/api";
import { useQuery, useQueryClient, type QueryKey } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";
import { notifyError } from "../components/notify-error.tsx";
import { isGap, mergeHead } from "./live-list.ts";
import { refreshMs } from "./query-client.ts";

const pageSize = 50;

interface LiveListOptions<T> {
  key: QueryKey;
  load: (query: PageQuery) => Promise<Page<T>>;
  idOf: (item: T) => string;
  /** Somebody reads further down: what is there stays, though more is new than joins on to it. */
  isHeld?: () => boolean;
}

/** A list by cursor, newest first. Its first page is read again while the tab is visible. */
export function useLiveList<T>({ key, load, idOf, isHeld }: LiveListOptions<T>) {
  const cache = useQueryClient();
  const isLoadingMore = useRef(false);
  const [hasNewer, setNewer] = useState(false);
  const query = useQuery({
    queryKey: key,
    queryFn: async () => {
      const head = await load({ limit: pageSize });
      const known = cache.getQueryData<Page<T>>(key);
      const stays = known !== undefined && isGap(known, head, idOf) && (isHeld?.() ?? false);
      setNewer(stays);
      if (stays) return known;
      return known ? mergeHead(known, head, idOf) : head;
    },
    refetchInterval: refreshMs,
  });
  const cursor = query.data?.nextCursor;

  const loadMore = useCallback(() => {
    if (!cursor || isLoadingMore.current) return;
    isLoadingMore.current = true;
    load({ limit: pageSize, cursor })
      .then((next) =>
        cache.setQueryData<Page<T>>(key, (known) => {
          if (known?.nextCursor !== cursor) return known;
          const have = new Set(known.items.map(idOf));
          const items = next.items.filter((item) => !have.has(idOf(item)));
          return { items: [...known.items, ...items], nextCursor: next.nextCursor };
        }),
      )
      .catch(notifyError)
      .finally(() => {
        isLoadingMore.current = false;
      });
  }, [cache, cursor, idOf, key, load]);

  return {
    items: query.data?.items,
    error: query.error,
    loadMore,
    hasMore: Boolean(cursor),
    /** There are newer ones that the list does not show: `showNewer` begins it again, from the top. */
    hasNewer,
    showNewer: () => void cache.resetQueries({ queryKey: key, exact: true }),
  };
}
