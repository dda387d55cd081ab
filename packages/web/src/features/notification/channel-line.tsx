import { notificationEvents, type NotificationChannel } from "@flotilla/core";
import { Button, Group, Text } from "@mantine/core";
import { IconMail, IconWebhook } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ConfirmButton } from "../../components/confirm-button.tsx";
import { notifyError } from "../../components/notify-error.tsx";
import { Line } from "../../components/section.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { DeliveryList } from "./delivery-list.tsx";
import { eventWords } from "./event-words.ts";
import { channelsQuery, deliveriesQuery } from "./notification-queries.ts";

interface ChannelLineProps {
  channel: NotificationChannel;
  onChange: () => void;
}

export function ChannelLine({ channel, onChange }: ChannelLineProps) {
  const { name, target } = channel;
  const [isOpen, setOpen] = useState(false);
  const Icon = target.kind === "email" ? IconMail : IconWebhook;
  return (
    <>
      <Line>
        <Icon size={16} stroke={1.7} aria-hidden style={{ flex: "none" }} />
        <Text size="sm" flex="1 1 220px" miw={0} component="div">
          <Text span size="sm" fw={500}>
            {name}
          </Text>
          <Text size="xs" style={{ overflowWrap: "anywhere" }}>
            {recipientWords(channel)}
          </Text>
          <Text size="xs" c="dimmed">
            {filterWords(channel)}
          </Text>
        </Text>
        <Group gap={4} wrap="nowrap">
          <ChannelActions
            channel={channel}
            onChange={onChange}
            onTested={() => setOpen(true)}
            isOpen={isOpen}
            onOpen={() => setOpen(!isOpen)}
          />
        </Group>
      </Line>
      {isOpen && <DeliveryList channel={name} />}
    </>
  );
}

interface ChannelActionsProps extends ChannelLineProps {
  isOpen: boolean;
  onOpen: () => void;
  onTested: () => void;
}

function ChannelActions({ channel, onChange, isOpen, onOpen, onTested }: ChannelActionsProps) {
  const { name } = channel;
  const mayWrite = useMay()("notifications.write");
  const cache = useQueryClient();
  const test = useMutation({
    mutationFn: () => client.notifications.test(name),
    onSuccess: async () => {
      onTested();
      await cache.invalidateQueries({ queryKey: deliveriesQuery(name).queryKey });
    },
    onError: notifyError,
  });
  const remove = async () => {
    await client.notifications.remove(name);
    await cache.invalidateQueries({ queryKey: channelsQuery.queryKey });
  };
  const small = { size: "compact-xs", variant: "default" } as const;
  return (
    <>
      <Button {...small} aria-label={`Sent by ${name}`} aria-expanded={isOpen} onClick={onOpen}>
        Sent
      </Button>
      {mayWrite && (
        <>
          <Button
            {...small}
            aria-label={`Test ${name}`}
            loading={test.isPending}
            onClick={() => test.mutate()}
          >
            Test
          </Button>
          <Button {...small} aria-label={`Change ${name}`} onClick={onChange}>
            Change
          </Button>
          <ConfirmButton label="Remove" name={`Remove ${name}`} onConfirm={remove}>
            What is on its way to it is not sent any more.
          </ConfirmButton>
        </>
      )}
    </>
  );
}

function recipientWords({ target }: NotificationChannel): string {
  if (target.kind === "webhook") return target.url;
  const { people, addresses, roles } = target;
  const who = roles.length > 0 ? `who are ${roles.join(" or ")}` : "whom it concerns";
  return [...(people ? [`the people ${who}`] : []), ...addresses].join(", ");
}

function filterWords({ events, agents }: NotificationChannel): string {
  const all = notificationEvents.every((event) => events.includes(event));
  const when = all ? "anything happens" : events.map(eventWords).join(", ");
  return `Sends when: ${when}${agents.length > 0 ? `; of ${agents.join(", ")}` : ""}`;
}
