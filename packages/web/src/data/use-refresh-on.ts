import { hashKey, useQueryClient, type QueryKey } from "@tanstack/react-query";
import { useEffect, useRef } from "react";

/**
 * Reads a query again when something that is followed live becomes another: figures tell that a list has changed.
 *
 * @param leastMs it is not read again more often, in milliseconds
 */
export function useRefreshOn(
  key: QueryKey,
  signal: string | number | undefined,
  leastMs = 2_000,
): void {
  const cache = useQueryClient();
  const readAt = useRef(-Infinity);
  const name = hashKey(key);
  useEffect(() => {
    if (signal === undefined) return;
    const wait = Math.max(0, readAt.current + leastMs - performance.now());
    const timer = setTimeout(() => {
      readAt.current = performance.now();
      void cache.invalidateQueries({ predicate: ({ queryHash }) => queryHash === name });
    }, wait);
    return () => clearTimeout(timer);
  }, [cache, leastMs, name, signal]);
}
