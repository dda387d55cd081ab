import type { Connection } from "@flotilla/core";
import { Modal, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Empty } from "../../components/empty.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { NewButton } from "../../components/new-button.tsx";
import { Section } from "../../components/section.tsx";
import { useMay } from "../../data/me.ts";
import { ConnectionForm } from "./connection-form.tsx";
import { ConnectionLine } from "./connection-line.tsx";
import { connectionsQuery } from "./connection-queries.ts";

/** Systems that tools may use: mailboxes, calendars, databases, search services. */
export function ConnectionList() {
  const { data, error, refetch } = useQuery(connectionsQuery);
  const mayWrite = useMay()("connections.write");
  const [setting, setSetting] = useState<Connection | "new">();
  const close = () => setSetting(undefined);
  return (
    <>
      <Section
        title="Connections of this environment"
        aside={mayWrite && <NewButton onClick={() => setSetting("new")}>New connection</NewButton>}
      >
        {error && !data && <ErrorPanel error={error} onRetry={() => void refetch()} />}
        {!data && !error && <Skeleton height={132} radius={0} aria-busy="true" />}
        {data?.items.length === 0 && (
          <Empty title="No connections yet" command="flotilla connections add support --kind mail">
            A connection is the address of a system that tools use, such as a mailbox or a database.
            What opens it is sealed in the vault, and goes to its servers alone.
          </Empty>
        )}
        {data?.items.map((one) => (
          <ConnectionLine key={one.id} connection={one} onChange={() => setSetting(one)} />
        ))}
      </Section>
      <Modal
        opened={setting !== undefined}
        onClose={close}
        size="lg"
        title={typeof setting === "object" ? `Change ${setting.name}` : "New connection"}
      >
        {setting !== undefined && (
          <ConnectionForm connection={setting === "new" ? undefined : setting} onDone={close} />
        )}
      </Modal>
    </>
  );
}
