import { queryOptions } from "@tanstack/react-query";
import { client } from "../../data/client.ts";

/** The batch with its figures; its page keeps it fresh from the stream. */
export function batchQuery(batchId: string) {
  return queryOptions({
    queryKey: ["batches", batchId, "progress"],
    queryFn: () => client.batches.get(batchId),
  });
}

export function batchRowsKey(batchId: string) {
  return ["batches", batchId, "rows"];
}
