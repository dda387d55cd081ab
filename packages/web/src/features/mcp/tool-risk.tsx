import type { McpToolItem } from "@flotilla/api";
import { mcpServerSettings, toolRisks, type McpServer, type ToolRisk } from "@flotilla/core";
import { NativeSelect } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { notifyError } from "../../components/notify-error.tsx";
import { client } from "../../data/client.ts";
import { useMay, useMe } from "../../data/me.ts";
import { RiskBadge } from "../tool/tool-badges.tsx";
import { useRefreshServers } from "./mcp-queries.ts";

/** The server's own word counts. */
const ownWord = "";

interface ToolRiskProps {
  server: McpServer;
  tool: McpToolItem;
}

/** What calls of a tool can do, and whose word that is; who may, says it instead of the server. */
export function ToolRiskChoice({ server, tool: { tool, risk, riskBy } }: ToolRiskProps) {
  const mayWrite = useMay()("mcp.write");
  const role = useMe()?.caller.role;
  const refresh = useRefreshServers();
  const set = useMutation({
    mutationFn: async (said: string) => {
      const settings = mcpServerSettings(await client.mcpServers.get(server.name));
      const { [tool]: _before, ...others } = settings.risks;
      const risks = said === ownWord ? others : { ...others, [tool]: said as ToolRisk };
      await client.mcpServers.set(server.name, { ...settings, risks });
      await refresh();
    },
    onError: notifyError,
  });
  const mayChange = server.transport.kind === "http" || role === "owner" || role === "admin";
  if (!mayWrite || !mayChange) {
    return (
      <>
        <RiskBadge risk={risk} />
        <span className="dimmed">
          {riskBy === "server" ? "by the server's word" : "by a person's word"}
        </span>
      </>
    );
  }
  const isOwn = riskBy === "server";
  return (
    <NativeSelect
      size="xs"
      aria-label={`What calls of ${tool} can do`}
      value={set.isPending ? set.variables : isOwn ? ownWord : risk}
      onChange={({ currentTarget: { value } }) => set.mutate(value)}
      data={[
        { value: ownWord, label: isOwn ? `${risk}, by the server's word` : "by the server's word" },
        ...toolRisks.map((one) => ({ value: one, label: `${one}, by a person's word` })),
      ]}
    />
  );
}
