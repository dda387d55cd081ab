import type { McpServer } from "@flotilla/core";
import { Button, Group, Stack } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { client } from "../../data/client.ts";
import { useRefreshServers } from "./mcp-queries.ts";
import { draftOf, newServer, readDraft } from "./server-draft.ts";
import { CallFields, ReachFields } from "./server-fields.tsx";

interface ServerFormProps {
  /** The one that is changed; left out: a new one. */
  server?: McpServer | undefined;
  onDone: (name: string) => void;
}

/** Writes down how a server is reached. Nothing is sent to it before that is approved. */
export function ServerForm({ server, onDone }: ServerFormProps) {
  const [draft, setDraft] = useState(() => (server ? draftOf(server) : newServer));
  const [wasTried, setTried] = useState(false);
  const refresh = useRefreshServers();
  const read = readDraft(draft, server);
  const save = useMutation({
    mutationFn: async () => {
      if ("problems" in read) return;
      const { name, ...spec } = read.spec;
      await client.mcpServers.set(name, spec);
      await refresh();
      onDone(name);
    },
  });
  const common = {
    draft,
    problems: wasTried && "problems" in read ? read.problems : {},
    onChange: (part: Partial<typeof draft>) => setDraft((old) => ({ ...old, ...part })),
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if ("spec" in read) save.mutate();
      }}
    >
      <Stack gap="md">
        <ReachFields {...common} isNew={!server} />
        <CallFields {...common} />
        {save.error && <ErrorPanel error={save.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={save.isPending}>
            {server ? "Save the server" : "Add the server"}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
