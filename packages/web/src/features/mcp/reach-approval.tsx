import type { McpServer } from "@flotilla/core";
import { Button, Stack, Text } from "@mantine/core";
import { IconCheck, IconShieldQuestion } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { notifyError } from "../../components/notify-error.tsx";
import { client } from "../../data/client.ts";
import { useMay, useMe } from "../../data/me.ts";
import { useRefreshServers } from "./mcp-queries.ts";
import panel from "../../components/panel.module.css";

/** The first approval: of just the transport that is shown, by its hash. Then the server is asked for its tools. */
export function ReachApproval({ server: { name, hash, transport } }: { server: McpServer }) {
  const refresh = useRefreshServers();
  const mayWrite = useMay()("mcp.write");
  const role = useMe()?.caller.role;
  const mayApprove =
    mayWrite && (transport.kind === "http" || role === "owner" || role === "admin");
  const approve = useMutation({
    mutationFn: async () => {
      await client.mcpServers.approve(name, hash);
      await client.mcpServers.test(name);
    },
    onSettled: refresh,
    onError: notifyError,
  });
  return (
    <section className={panel["panel"]} data-tone="waiting" aria-label="It waits for an approval">
      <IconShieldQuestion size={16} className={panel["icon"]} aria-hidden />
      <Stack gap="sm" className={panel["body"]} align="flex-start">
        <Text size="sm">
          Nothing is sent to it before somebody has approved how it is reached, as it stands below.
          A change of that asks again.
        </Text>
        {mayApprove && (
          <Button
            leftSection={<IconCheck size={14} aria-hidden />}
            loading={approve.isPending}
            onClick={() => approve.mutate()}
          >
            Approve how it is reached
          </Button>
        )}
      </Stack>
    </section>
  );
}
