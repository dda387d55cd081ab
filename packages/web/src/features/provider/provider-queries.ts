import type { ModelItem } from "@flotilla/api";
import { queryOptions } from "@tanstack/react-query";
import { client } from "../../data/client.ts";

export const providersQuery = queryOptions({
  queryKey: ["providers"],
  queryFn: () => client.models.list(),
});

/** What is configured or was asked of a provider's models. */
export function modelsOf(provider: string, items: readonly ModelItem[]): ModelItem[] {
  return items.filter(({ model }) => model.startsWith(`${provider}/`));
}
