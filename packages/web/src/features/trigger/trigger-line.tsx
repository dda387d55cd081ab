import type { Trigger } from "@flotilla/core";
import { Button, Group, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ConfirmButton } from "../../components/confirm-button.tsx";
import { notifyError } from "../../components/notify-error.tsx";
import { Line } from "../../components/section.tsx";
import { StatusIcon } from "../../components/status-badge.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { TriggerDetail } from "./trigger-detail.tsx";
import { triggersQuery } from "./trigger-queries.ts";
import { startWords, whenWords } from "./trigger-words.ts";

interface TriggerLineProps {
  trigger: Trigger;
  isOpen: boolean;
  onOpen: () => void;
  onChange: () => void;
}

export function TriggerLine({ trigger, isOpen, onOpen, onChange }: TriggerLineProps) {
  const { name, enabled } = trigger;
  return (
    <>
      <Line>
        <StatusIcon status={enabled ? "completed" : "paused"} />
        <Text size="sm" flex="1 1 220px" miw={0} component="div">
          <Text span size="sm" fw={500}>
            {name}
          </Text>
          {!enabled && (
            <Text span size="xs" c="dimmed">
              {" switched off"}
            </Text>
          )}
          <Text size="xs" c="dimmed">
            when {whenWords(trigger)}, starts {startWords(trigger)}
          </Text>
        </Text>
        <Group gap={4} wrap="nowrap">
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`Calls of ${name}`}
            aria-expanded={isOpen}
            onClick={onOpen}
          >
            Calls
          </Button>
          <TriggerActions trigger={trigger} onChange={onChange} />
        </Group>
      </Line>
      {isOpen && <TriggerDetail name={name} />}
    </>
  );
}

function TriggerActions({ trigger, onChange }: Pick<TriggerLineProps, "trigger" | "onChange">) {
  const { name, source, start, enabled } = trigger;
  const may = useMay();
  const cache = useQueryClient();
  const renew = () => cache.invalidateQueries({ queryKey: triggersQuery.queryKey });
  const turn = useMutation({
    mutationFn: () => client.triggers.set(name, { source, start, enabled: !enabled }),
    onSuccess: renew,
    onError: notifyError,
  });
  const remove = async () => {
    await client.triggers.remove(name);
    await renew();
  };
  if (!may("triggers.write")) return null;
  const small = { size: "compact-xs", variant: "default" } as const;
  return (
    <>
      {may("agents.run") && (
        <>
          <Button
            {...small}
            aria-label={`${enabled ? "Switch off" : "Switch on"} ${name}`}
            loading={turn.isPending}
            onClick={() => turn.mutate()}
          >
            {enabled ? "Switch off" : "Switch on"}
          </Button>
          <Button {...small} aria-label={`Change ${name}`} onClick={onChange}>
            Change
          </Button>
        </>
      )}
      <ConfirmButton label="Remove" name={`Remove ${name}`} onConfirm={remove}>
        Its address answers no more, and its history is gone. What it has started goes on.
      </ConfirmButton>
    </>
  );
}
