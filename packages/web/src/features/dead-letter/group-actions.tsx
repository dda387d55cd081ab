import type { DeadLetterGroup } from "@flotilla/core";
import { Button, Group } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconRefresh } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { formatPlural } from "../../components/count.tsx";
import { groupTitle } from "../../components/group-title.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { changesOf, type ChangeDraft } from "../run/change-draft.ts";
import { DiscardDialog } from "./discard-dialog.tsx";
import { ReplayDialog } from "./replay-dialog.tsx";
import { settleAll } from "./settle.ts";

/** Replays or discards a whole group. */
export function GroupActions({ group }: { group: DeadLetterGroup }) {
  const may = useMay();
  const [asks, setAsks] = useState<"replay" | "discard" | null>(null);
  if (!may("runs.steer")) return null;
  const { title, count, rows } = group;
  const close = () => setAsks(null);
  return (
    <Group gap={6} wrap="nowrap">
      {rows < count && (
        <Button
          leftSection={<IconRefresh size={13} />}
          aria-label={`Replay all: ${groupTitle(title)}`}
          onClick={() => setAsks("replay")}
        >
          Replay all
        </Button>
      )}
      <Button
        variant="default"
        aria-label={`Discard all: ${groupTitle(title)}`}
        onClick={() => setAsks("discard")}
      >
        Discard all
      </Button>
      {asks === "replay" && <ReplayGroup group={group} onClose={close} />}
      {asks === "discard" && <DiscardGroup group={group} onClose={close} />}
    </Group>
  );
}

interface GroupDialogProps {
  group: DeadLetterGroup;
  onClose: () => void;
}

function ReplayGroup({ group: { fingerprint, count, rows, agents }, onClose }: GroupDialogProps) {
  const [only, ...others] = agents;
  const agent = others.length === 0 ? only : undefined;
  const replay = useSettle("replayed", onClose, (draft: ChangeDraft) => {
    const { agentVersion, model, instructions } = changesOf(draft) ?? {};
    const changes = {
      ...(agentVersion !== undefined && { agentVersion }),
      ...(model !== undefined && { model }),
      ...(instructions !== undefined && { instructions }),
    };
    const given = Object.keys(changes).length > 0 && { changes, ...(agent && { agent }) };
    return settleAll((until) =>
      client.deadLetters.replayAll({ fingerprint, ...given, ...(until && { until }) }),
    );
  });
  return (
    <ReplayDialog
      title={`Replay ${formatPlural(count - rows, "run")}`}
      agentName={agent}
      run={undefined}
      isPending={replay.isPending}
      error={replay.error}
      onReplay={replay.mutate}
      onClose={onClose}
    />
  );
}

function DiscardGroup({ group: { fingerprint, count, example }, onClose }: GroupDialogProps) {
  const discard = useSettle("discarded", onClose, (reason: string) =>
    settleAll((until) =>
      client.deadLetters.discardAll({ fingerprint, reason, ...(until && { until }) }),
    ),
  );
  return (
    <DiscardDialog
      title={`Discard ${formatPlural(count, "letter")}`}
      example={example.error.message}
      isPending={discard.isPending}
      error={discard.error}
      onDiscard={discard.mutate}
      onClose={onClose}
    />
  );
}

function useSettle<T>(verb: string, onDone: () => void, settle: (given: T) => Promise<number>) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: settle,
    onSuccess: async (count) => {
      onDone();
      notifications.show({ message: `${formatPlural(count, "letter")} ${verb}.` });
      await cache.invalidateQueries({ queryKey: ["dead letters"] });
    },
  });
}
