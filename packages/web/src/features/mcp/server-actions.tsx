import type { McpServer } from "@flotilla/core";
import { Button, Modal } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { ConfirmButton } from "../../components/confirm-button.tsx";
import { formatDuration } from "../../components/duration.tsx";
import { notifyError } from "../../components/notify-error.tsx";
import { client } from "../../data/client.ts";
import { useMe } from "../../data/me.ts";
import { useRefreshServers } from "./mcp-queries.ts";
import { DisconnectButton } from "./server-sign-in.tsx";
import { ServerForm } from "./server-form.tsx";

/** What can be done with a server, for who may. */
export function ServerActions({ server }: { server: McpServer }) {
  const { name, state, transport } = server;
  const role = useMe()?.caller.role;
  const mayChange = transport.kind === "http" || role === "owner" || role === "admin";
  const [isEdited, setEdited] = useState(false);
  const navigate = useNavigate();
  const refresh = useRefreshServers();
  const remove = async () => {
    await client.mcpServers.remove(name);
    await navigate({ to: "/mcp-servers" });
    await refresh();
  };
  return (
    <>
      {state !== "pending" && state !== "disabled" && <TestButton name={name} />}
      <DisconnectButton server={server} />
      <EnableButton server={server} />
      {mayChange && (
        <Button variant="default" onClick={() => setEdited(true)}>
          Change
        </Button>
      )}
      <ConfirmButton size="xs" label="Remove" name="Remove the server" onConfirm={remove}>
        What was approved of its tools goes with it, and runs that call them fail.
      </ConfirmButton>
      <Modal opened={isEdited} onClose={() => setEdited(false)} title={`Change ${name}`} size="lg">
        <ServerForm server={server} onDone={() => setEdited(false)} />
      </Modal>
    </>
  );
}

/** Connects to it, and reads what it says of its tools. */
function TestButton({ name }: { name: string }) {
  const refresh = useRefreshServers();
  const test = useMutation({
    mutationFn: () => client.mcpServers.test(name),
    onSuccess: async ({ ms, error }) => {
      notifications.show({
        title:
          error === null
            ? `It answered in ${formatDuration(ms)}`
            : "It did not answer as it should",
        message: error ?? "Its tools are as shown.",
        color: error === null ? "teal" : "red",
      });
      await refresh();
    },
    onError: notifyError,
  });
  return (
    <Button variant="default" loading={test.isPending} onClick={() => test.mutate()}>
      Test
    </Button>
  );
}

function EnableButton({ server: { name, state } }: { server: McpServer }) {
  const refresh = useRefreshServers();
  const isOff = state === "disabled";
  const change = useMutation({
    mutationFn: () => (isOff ? client.mcpServers.enable(name) : client.mcpServers.disable(name)),
    onSuccess: refresh,
    onError: notifyError,
  });
  return (
    <Button variant="default" loading={change.isPending} onClick={() => change.mutate()}>
      {isOff ? "Enable" : "Disable"}
    </Button>
  );
}
