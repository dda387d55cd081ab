import { useLocalStorage } from "@mantine/hooks";
import { useEffect } from "react";
import { z } from "zod";
import { filterParts, runFilterSchema, type RunFilter } from "./run-search.ts";

const most = 6;
/** A filter that is looked at for less was on the way to another one. */
const settledMs = 4_000;
const kept = z.array(runFilterSchema).catch([]);

/** Filters that were looked at for a while, the last one first, without the one that is looked at now. */
export function useRecentFilters(filter: RunFilter): RunFilter[] {
  const [recent, setRecent] = useLocalStorage<RunFilter[]>({
    key: "flotilla.runs.recent",
    defaultValue: [],
    deserialize: (text) => kept.parse(text === undefined ? [] : JSON.parse(text)),
  });
  const text = textOf(filter);
  useEffect(() => {
    if (text === "{}") return;
    const timer = setTimeout(() => {
      setRecent((old) => {
        const others = old.filter((one) => textOf(one) !== text);
        return [JSON.parse(text) as RunFilter, ...others].slice(0, most);
      });
    }, settledMs);
    return () => clearTimeout(timer);
  }, [text, setRecent]);
  return recent.filter((one) => textOf(one) !== text);
}

function textOf(filter: RunFilter): string {
  return JSON.stringify(
    Object.fromEntries(filterParts(filter).map((part) => [part, filter[part]])),
  );
}
