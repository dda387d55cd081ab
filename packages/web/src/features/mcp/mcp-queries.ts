import { queryOptions, useQueryClient } from "@tanstack/react-query";
import { client } from "../../data/client.ts";
import { refreshMs } from "../../data/query-client.ts";
import { toolsQuery } from "../tool/tool-queries.ts";

export const mcpServersQuery = queryOptions({
  queryKey: ["mcp-servers"],
  queryFn: () => client.mcpServers.list({ limit: 500 }),
  refetchInterval: refreshMs,
});

export const mcpServerQuery = (name: string) =>
  queryOptions({
    queryKey: ["mcp-servers", name],
    queryFn: () => client.mcpServers.get(name),
    refetchInterval: refreshMs,
  });

export const mcpToolsQuery = (name: string) =>
  queryOptions({
    queryKey: ["mcp-servers", name, "tools"],
    queryFn: () => client.mcpServers.tools(name, { limit: 500 }),
    refetchInterval: refreshMs,
  });

/** Asks anew for all that a change of a server changes. */
export function useRefreshServers(): () => Promise<void> {
  const cache = useQueryClient();
  return async () => {
    await Promise.all(
      [mcpServersQuery.queryKey, toolsQuery.queryKey].map((queryKey) =>
        cache.invalidateQueries({ queryKey: [...queryKey] }),
      ),
    );
  };
}
