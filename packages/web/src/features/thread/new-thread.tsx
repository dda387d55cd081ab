import { Stack, Text, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { client } from "../../data/client.ts";
import { AgentSelect } from "../agent/agent-select.tsx";
import { Composer, type Said } from "./composer.tsx";
import styles from "./new-thread.module.css";

/** Who is asked, and the first message. */
export function NewThread({ agent: given }: { agent: string | null }) {
  const navigate = useNavigate();
  const cache = useQueryClient();
  const [chosen, setAgent] = useState<string | null>(null);
  const agent = chosen ?? given;
  const begin = useMutation({
    mutationFn: async ({ name, said }: { name: string; said: Said }) => {
      const thread = await client.threads.create({ agent: name });
      await client.threads.send(thread.id, said);
      return thread.id;
    },
    onSuccess: async (threadId) => {
      await cache.invalidateQueries({ queryKey: ["threads"] });
      await navigate({ to: "/playground/$threadId", params: { threadId } });
    },
  });
  return (
    <section className={styles["new"]} aria-label="New conversation">
      <Stack gap={4} align="center" ta="center">
        <Title order={2}>Talk with an agent</Title>
        <Text size="sm" c="dimmed" maw={420}>
          Every message is a run: durable, with its own steps, tools and cost. Close the tab and the
          answer is made all the same.
        </Text>
      </Stack>
      <Composer
        label="Say something"
        blocked={agent === null ? "Choose an agent first." : null}
        isSending={begin.isPending}
        onSend={async (said) => {
          if (agent !== null) await begin.mutateAsync({ name: agent, said });
        }}
      >
        <AgentSelect
          size="xs"
          w={170}
          aria-label="Agent"
          placeholder="Choose an agent"
          value={agent}
          onChange={setAgent}
          allowDeselect={false}
        />
      </Composer>
    </section>
  );
}
