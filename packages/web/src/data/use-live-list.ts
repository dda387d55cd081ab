import type { Page, PageQuery } from "@flotilla/api";
import { useQuery, useQueryClient, type QueryKey } from "@tanstack/react-query";
import { useCallback, useRef } from "react";
import { notifyError } from "../components/notify-error.tsx";
import { mergeHead } from "./live-list.ts";
import { refreshMs } from "./query-client.ts";

const pageSize = 50;

interface LiveListOptions<T> {
  key: QueryKey;
  load: (query: PageQuery) => Promise<Page<T>>;
  idOf: (item: T) => string;
}

/** A list by cursor, newest first. Its first page is read again while the tab is visible. */
export function useLiveList<T>({ key, load, idOf }: LiveListOptions<T>) {
  const cache = useQueryClient();
  const isLoadingMore = useRef(false);
  const query = useQuery({
    queryKey: key,
    queryFn: async () => {
      const head = await load({ limit: pageSize });
      const known = cache.getQueryData<Page<T>>(key);
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

  return { items: query.data?.items, error: query.error, loadMore, hasMore: Boolean(cursor) };
}
