import type { BatchRow, Page } from "@flotilla/api";
import type { BatchProgress, RunStatus } from "@flotilla/core";
import {
  useInfiniteQuery,
  useQuery,
  useQueryClient,
  type InfiniteData,
} from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { client } from "../../data/client.ts";
import { refreshMs } from "../../data/query-client.ts";
import { batchRowsKey } from "./batch-queries.ts";

const pageSize = 100;

type RowPages = InfiniteData<Page<BatchRow>, string | undefined>;

/** The rows of a batch by cursor. While it runs, the pages on screen are read again and again. */
export function useBatchRows(batch: BatchProgress, status: RunStatus | undefined) {
  const cache = useQueryClient();
  const visible = useRef<[first: number, last: number]>([0, 0]);
  const key = useMemo(() => [...batchRowsKey(batch.id), status ?? "all"], [batch.id, status]);
  const load = (cursor: string | undefined) =>
    client.batches.rows(batch.id, {
      limit: pageSize,
      ...(cursor && { cursor }),
      ...(status && { status }),
    });
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => load(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
  });
  useQuery({
    queryKey: ["visible", ...key],
    enabled: query.isSuccess && batch.status === "running",
    refetchInterval: refreshMs,
    queryFn: async () => {
      const known = cache.getQueryData<RowPages>(key);
      for (const index of pagesOn(known, visible.current)) {
        const page = await load(known?.pageParams[index]);
        cache.setQueryData<RowPages>(key, (old) => old && replacePage(old, index, page));
      }
      return null;
    },
  });
  // What ended last may have ended after the last look.
  useEffect(() => {
    if (batch.status !== "running") void cache.invalidateQueries({ queryKey: key });
  }, [batch.status, cache, key]);

  const rows = useMemo(() => query.data && uniqueRows(query.data.pages), [query.data]);
  const { hasNextPage, isFetching, fetchNextPage } = query;
  return {
    rows,
    error: query.error,
    loadMore: useCallback(() => {
      if (hasNextPage && !isFetching) void fetchNextPage();
    }, [hasNextPage, isFetching, fetchNextPage]),
    onVisible: useCallback((first: number, last: number) => {
      visible.current = [first, last];
    }, []),
  };
}

function pagesOn(data: RowPages | undefined, [first, last]: [number, number]): number[] {
  const pages: number[] = [];
  let start = 0;
  for (const [index, page] of (data?.pages ?? []).entries()) {
    const end = start + page.items.length;
    if (index === 0 ? first <= end : start <= last && first < end) pages.push(index);
    start = end;
  }
  return pages;
}

/** When a page now ends elsewhere, the pages after it no longer join on: they are read again. */
function replacePage(data: RowPages, index: number, page: Page<BatchRow>): RowPages {
  const joins = data.pages[index]?.nextCursor === page.nextCursor;
  const end = joins ? data.pages.length : index + 1;
  return {
    pages: data.pages.slice(0, end).with(index, page),
    pageParams: data.pageParams.slice(0, end),
  };
}

function uniqueRows(pages: Page<BatchRow>[]): BatchRow[] {
  const byRow = new Map<number, BatchRow>();
  for (const page of pages) for (const row of page.items) byRow.set(row.row, row);
  return [...byRow.values()];
}
