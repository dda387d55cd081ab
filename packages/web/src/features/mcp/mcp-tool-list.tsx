import type { McpToolItem } from "@flotilla/api";
import type { McpServer } from "@flotilla/core";
import { Button, Skeleton } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Section } from "../../components/section.tsx";
import { formatPlural } from "../../components/count.tsx";
import { notifyError } from "../../components/notify-error.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { mcpToolsQuery, useRefreshServers } from "./mcp-queries.ts";
import { McpToolLine } from "./mcp-tool-line.tsx";
import styles from "./mcp-tool-list.module.css";

/** What a server says of its tools; what waits for an approval stands first, and open. */
export function McpToolList({ server }: { server: McpServer }) {
  const { name, state } = server;
  const { data, error, refetch } = useQuery(mcpToolsQuery(name));
  const tools = data?.items.toSorted((a, b) => Number(waits(b)) - Number(waits(a)));
  return (
    <Section title="Tools" aside={tools && <ApproveAll server={name} tools={tools} />}>
      {error && !data && <ErrorPanel error={error} onRetry={() => void refetch()} />}
      {!data && !error && (
        <Skeleton height={120} role="status" aria-busy="true" aria-label="Loading the tools" />
      )}
      {tools?.length === 0 && (
        <p className={styles["none"]}>
          {state === "pending"
            ? "They are read once it is approved how the server is reached."
            : "None was seen yet. A test reads them."}
        </p>
      )}
      {tools?.map((tool) => (
        <McpToolLine key={tool.tool} server={server} tool={tool} />
      ))}
    </Section>
  );
}

function waits({ state }: McpToolItem): boolean {
  return state === "new" || state === "changed";
}

/** All that wait, but for those with characters that nobody sees: each of them is approved on its own. */
function ApproveAll({ server, tools }: { server: string; tools: McpToolItem[] }) {
  const refresh = useRefreshServers();
  const mayWrite = useMay()("mcp.write");
  const chosen = tools.flatMap((one) =>
    waits(one) && one.hash !== null && one.hidden.length === 0
      ? [{ tool: one.tool, hash: one.hash }]
      : [],
  );
  const approve = useMutation({
    mutationFn: () => client.mcpServers.approveTools(server, { tools: chosen }),
    onSettled: refresh,
    onError: notifyError,
  });
  if (!mayWrite || chosen.length < 2) return null;
  return (
    <Button
      size="compact-xs"
      variant="default"
      loading={approve.isPending}
      onClick={() => approve.mutate()}
    >
      Approve all {formatPlural(chosen.length, "tool")}
    </Button>
  );
}
