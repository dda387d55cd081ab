import type { TimesPreview } from "@flotilla/api";
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { client } from "../../data/client.ts";

export const schedulesQuery = queryOptions({
  queryKey: ["schedules"],
  queryFn: () => client.schedules.list(),
});

export function scheduleQuery(name: string) {
  return queryOptions({
    queryKey: ["schedules", name],
    queryFn: () => client.schedules.get(name),
  });
}

/** When something would be due; undefined: nothing that can be asked about. */
export function previewQuery(times: TimesPreview | undefined) {
  return queryOptions({
    queryKey: ["schedule times", times],
    queryFn: () => (times ? client.schedules.preview(times) : null),
    enabled: times !== undefined,
    placeholderData: keepPreviousData,
  });
}

export function upcomingQuery(from: Date, until: Date) {
  const range = { from: from.toISOString(), until: until.toISOString() };
  return queryOptions({
    queryKey: ["schedules", "upcoming", range],
    queryFn: () => client.schedules.upcoming(range),
  });
}
