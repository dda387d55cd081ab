import type { DeadLetter } from "@flotilla/core";
import { Button, Group } from "@mantine/core";
import { IconPencil, IconRefresh } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { LinkButton } from "../../components/link-button.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { changesOf, type ChangeDraft } from "../run/change-draft.ts";
import { CorrectDialog } from "./correct-dialog.tsx";
import { DiscardDialog } from "./discard-dialog.tsx";
import { ReplayDialog } from "./replay-dialog.tsx";

/** What can be done with one letter. */
export function LetterActions({ letter }: { letter: DeadLetter }) {
  const may = useMay();
  const [asks, setAsks] = useState<"replay" | "correct" | "discard" | null>(null);
  const { runId } = letter;
  const canSteer = may("runs.steer") && letter.discarded === null;
  const close = () => setAsks(null);
  return (
    <Group gap="xs">
      {canSteer && runId && (
        <Button leftSection={<IconRefresh size={13} />} onClick={() => setAsks("replay")}>
          Replay
        </Button>
      )}
      {canSteer && !runId && (
        <Button leftSection={<IconPencil size={13} />} onClick={() => setAsks("correct")}>
          Correct
        </Button>
      )}
      {canSteer && (
        <Button variant="default" onClick={() => setAsks("discard")}>
          Discard
        </Button>
      )}
      {runId && (
        <LinkButton variant="default" to="/runs/$runId" params={{ runId }}>
          Open the run
        </LinkButton>
      )}
      {asks === "replay" && runId && <ReplayLetter letter={letter} runId={runId} onClose={close} />}
      {asks === "correct" && <CorrectDialog letter={letter} onClose={close} />}
      {asks === "discard" && <DiscardLetter letter={letter} onClose={close} />}
    </Group>
  );
}

interface LetterDialogProps {
  letter: DeadLetter;
  onClose: () => void;
}

function ReplayLetter({ letter, runId, onClose }: LetterDialogProps & { runId: string }) {
  const navigate = useNavigate();
  const { data: run } = useQuery({
    queryKey: ["runs", "of letter", runId],
    queryFn: () => client.runs.get(runId),
  });
  const replay = useMutation({
    mutationFn: (draft: ChangeDraft) => {
      const changes = changesOf(draft);
      return client.deadLetters.replay(letter.id, changes ? { changes } : {});
    },
    onSuccess: (started) => navigate({ to: "/runs/$runId", params: { runId: started.runId } }),
  });
  if (!run) return null;
  return (
    <ReplayDialog
      title="Replay the run"
      agentName={letter.agentName}
      run={run}
      isPending={replay.isPending}
      error={replay.error}
      onReplay={replay.mutate}
      onClose={onClose}
    />
  );
}

function DiscardLetter({ letter, onClose }: LetterDialogProps) {
  const cache = useQueryClient();
  const discard = useMutation({
    mutationFn: (reason: string) => client.deadLetters.discard(letter.id, reason),
    onSuccess: () => cache.invalidateQueries({ queryKey: ["dead letters"] }),
  });
  return (
    <DiscardDialog
      title="Discard the letter"
      example={letter.error.message}
      isPending={discard.isPending}
      error={discard.error}
      onDiscard={discard.mutate}
      onClose={onClose}
    />
  );
}
