import type { ChannelMade } from "@flotilla/api";
import type { NotificationChannel } from "@flotilla/core";
import { Modal, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Empty } from "../../components/empty.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { NewButton } from "../../components/new-button.tsx";
import { SecretOnce } from "../../components/secret-once.tsx";
import { Section } from "../../components/section.tsx";
import { useMay } from "../../data/me.ts";
import { ChannelForm } from "./channel-form.tsx";
import { ChannelLine } from "./channel-line.tsx";
import { channelsQuery } from "./notification-queries.ts";

/** Where people and services are told of what happens. */
export function ChannelList() {
  const { data, error, refetch } = useQuery(channelsQuery);
  const mayWrite = useMay()("notifications.write");
  const [setting, setSetting] = useState<NotificationChannel | "new">();
  const [made, setMade] = useState<ChannelMade>();
  return (
    <>
      <Section
        title="Channels of this environment"
        aside={mayWrite && <NewButton onClick={() => setSetting("new")}>New channel</NewButton>}
      >
        {error && !data && <ErrorPanel error={error} onRetry={() => void refetch()} />}
        {!data && !error && <Skeleton height={132} radius={0} aria-busy="true" />}
        {data?.items.length === 0 && (
          <Empty title="Nobody is told of anything yet" command="flotilla notifications add team">
            A channel is e-mail to those whom something concerns, or a signed request to a service
            of yours. Until there is one, what waits for a person stands in the inbox alone.
          </Empty>
        )}
        {data?.items.map((channel) => (
          <ChannelLine key={channel.id} channel={channel} onChange={() => setSetting(channel)} />
        ))}
      </Section>
      <Modal
        opened={setting !== undefined}
        onClose={() => setSetting(undefined)}
        size="lg"
        title={typeof setting === "object" ? `Change ${setting.name}` : "New channel"}
      >
        {setting !== undefined && (
          <ChannelForm
            channel={setting === "new" ? undefined : setting}
            onDone={(channel) => {
              setSetting(undefined);
              if (channel.secret !== undefined) setMade(channel);
            }}
          />
        )}
      </Modal>
      <Modal opened={made !== undefined} onClose={() => setMade(undefined)} title="The secret">
        {made && (
          <SecretOnce
            label={`What is sent through ${made.name} is signed with this; its receiver checks it`}
            secret={made.secret ?? ""}
            onDone={() => setMade(undefined)}
          />
        )}
      </Modal>
    </>
  );
}
