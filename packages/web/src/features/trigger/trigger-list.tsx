import type { TriggerMade } from "@flotilla/api";
import type { Trigger } from "@flotilla/core";
import { Modal, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { Empty } from "../../components/empty.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { NewButton } from "../../components/new-button.tsx";
import { SecretOnce } from "../../components/secret-once.tsx";
import { Section } from "../../components/section.tsx";
import { useMay } from "../../data/me.ts";
import { TriggerForm } from "./trigger-form.tsx";
import { TriggerLine } from "./trigger-line.tsx";
import { triggersQuery } from "./trigger-queries.ts";

const route = getRouteApi("/settings/$section");

/** What starts runs and batches when something happens. */
export function TriggerList() {
  const { item } = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch } = useQuery(triggersQuery);
  const may = useMay();
  const mayMake = may("triggers.write") && may("agents.run");
  const [setting, setSetting] = useState<Trigger | "new">();
  const show = (name: string | undefined) =>
    void navigate({ search: (old) => ({ ...old, item: name }), replace: true });
  return (
    <>
      <Section
        title="Triggers of this environment"
        aside={mayMake && <NewButton onClick={() => setSetting("new")}>New trigger</NewButton>}
      >
        {error && !data && <ErrorPanel error={error} onRetry={() => void refetch()} />}
        {!data && !error && <Skeleton height={132} radius={0} aria-busy="true" />}
        {data?.items.length === 0 && (
          <Empty title="No triggers yet" command="flotilla triggers apply -f on-push.yaml">
            A trigger starts a run or a batch when a service of yours sends a signed webhook, or
            when another run or batch ends. Each delivery starts something once.
          </Empty>
        )}
        {data?.items.map((trigger) => (
          <TriggerLine
            key={trigger.id}
            trigger={trigger}
            isOpen={item === trigger.name}
            onOpen={() => show(item === trigger.name ? undefined : trigger.name)}
            onChange={() => setSetting(trigger)}
          />
        ))}
      </Section>
      <TriggerDialogs
        setting={setting}
        onDone={(name) => {
          setSetting(undefined);
          if (name !== undefined) show(name);
        }}
      />
    </>
  );
}

interface TriggerDialogsProps {
  setting: Trigger | "new" | undefined;
  /** The name of what was set; undefined: nothing was. */
  onDone: (name?: string) => void;
}

function TriggerDialogs({ setting, onDone }: TriggerDialogsProps) {
  const [made, setMade] = useState<TriggerMade>();
  return (
    <>
      <Modal
        opened={setting !== undefined}
        onClose={() => onDone()}
        size="lg"
        title={typeof setting === "object" ? `Change ${setting.name}` : "New trigger"}
      >
        {setting !== undefined && (
          <TriggerForm
            trigger={setting === "new" ? undefined : setting}
            onDone={(trigger) => {
              onDone(trigger.name);
              if (trigger.secret !== undefined) setMade(trigger);
            }}
          />
        )}
      </Modal>
      <Modal opened={made !== undefined} onClose={() => setMade(undefined)} title="The secret">
        {made && (
          <SecretOnce
            label={`Whoever sends to ${made.name} signs with this`}
            secret={made.secret ?? ""}
            onDone={() => setMade(undefined)}
          />
        )}
      </Modal>
    </>
  );
}
