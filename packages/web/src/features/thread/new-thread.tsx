import { Stack, Text, Title, UnstyledButton } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { notifyError } from "../../components/notify-error.tsx";
import { client } from "../../data/client.ts";
import { agentQuery } from "../agent/agent-queries.ts";
import { AgentSelect } from "../agent/agent-select.tsx";
import { Composer, type Said } from "./composer.tsx";
import { examplePrompts } from "./example-prompts.ts";
import { ModelSelect, useOwnModel } from "./model-select.tsx";
import styles from "./new-thread.module.css";

interface NewThreadProps {
  agent: string | null;
  /** The address keeps who is asked. */
  onAgent: (agent: string | null) => void;
}

/** Who is asked, and the first message. */
export function NewThread({ agent, onAgent }: NewThreadProps) {
  const [model, setModel] = useState<string | null>(null);
  const own = useOwnModel(agent);
  const begin = useBegin(model);
  const send = async (said: Said) => {
    if (agent !== null) await begin.mutateAsync({ name: agent, said });
  };
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
        hasFocus
        onSend={send}
        model={model ?? own}
      >
        <AgentSelect
          size="xs"
          w={170}
          aria-label="Agent"
          placeholder="Choose an agent"
          value={agent}
          onChange={onAgent}
          allowDeselect={false}
        />
        <ModelSelect agent={agent} value={model} onChange={setModel} label="Model" />
      </Composer>
      {agent !== null && (
        <Examples
          agent={agent}
          disabled={begin.isPending}
          onSay={(text) => void send({ text, attachments: [] }).catch(notifyError)}
        />
      )}
    </section>
  );
}

/** Begins a conversation with what is said first, and goes there. */
function useBegin(model: string | null) {
  const navigate = useNavigate();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async ({ name, said }: { name: string; said: Said }) => {
      const thread = await client.threads.create({ agent: name });
      await client.threads.send(thread.id, {
        text: said.text,
        attachments: said.attachments.map(({ send }) => send),
        ...(model !== null && { model }),
      });
      return thread.id;
    },
    onSuccess: async (threadId) => {
      await cache.invalidateQueries({ queryKey: ["threads"] });
      await navigate({ to: "/playground/$threadId", params: { threadId } });
    },
  });
}

interface ExamplesProps {
  agent: string;
  disabled: boolean;
  onSay: (text: string) => void;
}

/** What the agent is for, and what could be said to it. */
function Examples({ agent, disabled, onSay }: ExamplesProps) {
  const { data } = useQuery(agentQuery(agent));
  if (!data) return null;
  return (
    <Stack gap="xs">
      {data.spec.description !== "" && (
        <Text size="sm" c="dimmed">
          {data.spec.description}
        </Text>
      )}
      <ul className={styles["examples"]} aria-label="What you could say">
        {examplePrompts(data.spec).map((text) => (
          <li key={text}>
            <UnstyledButton
              className={styles["example"]}
              disabled={disabled}
              onClick={() => onSay(text)}
            >
              {text}
            </UnstyledButton>
          </li>
        ))}
      </ul>
    </Stack>
  );
}
