import type { McpServer } from "@flotilla/core";
import { Button, Stack, Text } from "@mantine/core";
import { IconLogin2 } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { ConfirmButton } from "../../components/confirm-button.tsx";
import { notifyError } from "../../components/notify-error.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { useRefreshServers } from "./mcp-queries.ts";
import panel from "../../components/panel.module.css";

/** That somebody has to sign in at a server, why, and the way there. */
export function SignInNeeded({ server: { name, signIn } }: { server: McpServer }) {
  const mayWrite = useMay()("mcp.write");
  const connect = useMutation({
    mutationFn: () => client.mcpServers.connect(name),
    onSuccess: ({ url }) => location.assign(url),
    onError: notifyError,
  });
  return (
    <section className={panel["panel"]} data-tone="waiting" aria-label="It needs a sign-in">
      <IconLogin2 size={16} className={panel["icon"]} aria-hidden />
      <Stack gap="sm" className={panel["body"]} align="flex-start">
        <Text size="sm">
          {signIn?.needed} Until somebody has signed in, calls of its tools fail. You are taken to
          where it lets people in, and come back here.
        </Text>
        {mayWrite && (
          <Button
            leftSection={<IconLogin2 size={14} aria-hidden />}
            loading={connect.isPending || connect.isSuccess}
            onClick={() => connect.mutate()}
          >
            Connect
          </Button>
        )}
      </Stack>
    </section>
  );
}

/** Forgets the tokens; there only where there are some. */
export function DisconnectButton({ server: { name, signIn } }: { server: McpServer }) {
  const refresh = useRefreshServers();
  if (!signIn?.at || !signIn.by) return null;
  const disconnect = async () => {
    await client.mcpServers.disconnect(name);
    await refresh();
  };
  return (
    <ConfirmButton size="xs" label="Disconnect" name={`Disconnect ${name}`} onConfirm={disconnect}>
      Its tokens are forgotten and given back. Calls of its tools fail until somebody signs in
      again.
    </ConfirmButton>
  );
}

/** Who signed in, and for what. */
export function SignedIn({ server: { signIn } }: { server: McpServer }) {
  if (!signIn?.at || !signIn.by) return null;
  const { by, at, issuer, scope } = signIn;
  return (
    <span>
      by {by}, <RelativeTime at={at} />, at <span className="mono">{issuer}</span>
      {scope && (
        <>
          {" "}
          for <span className="mono">{scope}</span>
        </>
      )}
    </span>
  );
}
