import type { FeedbackTarget, Run } from "@flotilla/core";
import { ActionIcon, Button, Group, Tooltip } from "@mantine/core";
import { IconMessagePlus, IconThumbDown, IconThumbUp } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useContext, useState } from "react";
import { notifyError } from "../../components/notify-error.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { RunScope } from "../run/run-scope.ts";
import { FeedbackForm } from "./feedback-form.tsx";
import { FeedbackList } from "./feedback-list.tsx";
import { feedbackOn, type Judgement } from "./feedback-target.ts";

interface FeedbackBarProps {
  run: Run;
  target: FeedbackTarget;
}

/** What people said of an answer or a step, and thumbs to say more. */
export function FeedbackBar({ run, target }: FeedbackBarProps) {
  const { isPast, onChanged } = useContext(RunScope);
  const may = useMay();
  const [isOpen, setOpen] = useState(false);
  const give = useMutation({
    mutationFn: (judgement: Judgement) => client.feedback.give(run.runId, { target, ...judgement }),
    onSuccess: () => {
      setOpen(false);
      onChanged();
    },
    onError: notifyError,
  });
  const canGive = may("feedback.write") && !isPast;
  const given = feedbackOn(run, target);
  if (!canGive && given.length === 0) return null;
  return (
    <div role="group" aria-label="Feedback">
      {canGive && (
        <Group gap={4}>
          <Thumb label="Good" rating={1} Icon={IconThumbUp} give={give} />
          <Thumb label="Not good" rating={-1} Icon={IconThumbDown} give={give} />
          <Button
            size="compact-xs"
            variant="subtle"
            color="gray"
            leftSection={<IconMessagePlus size={13} />}
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
          >
            Correct or comment
          </Button>
        </Group>
      )}
      {isOpen && <FeedbackForm isPending={give.isPending} onGive={give.mutate} />}
      <FeedbackList feedback={given} />
    </div>
  );
}

interface ThumbProps {
  label: string;
  rating: number;
  Icon: typeof IconThumbUp;
  give: { mutate: (judgement: Judgement) => void; isPending: boolean };
}

function Thumb({ label, rating, Icon, give }: ThumbProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        size="sm"
        aria-label={label}
        onClick={() => !give.isPending && give.mutate({ rating })}
      >
        <Icon size={15} stroke={1.7} />
      </ActionIcon>
    </Tooltip>
  );
}
