import { isTerminal, type Run } from "@flotilla/core";
import { Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { IconPlayerPlay, IconPlayerStop } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Cost } from "../../components/cost.tsx";
import { Count } from "../../components/count.tsx";
import { Duration } from "../../components/duration.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { NotAllowed } from "../../components/not-allowed.tsx";
import { notifyError } from "../../components/notify-error.tsx";
import { StatusBadge } from "../../components/status-badge.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { useRunFeed } from "../run/use-run-feed.ts";
import { Answer } from "../thread/answer.tsx";
import { DraftTools } from "./draft-tools.tsx";
import type { DraftEdit } from "./use-agent-draft.ts";
import styles from "./draft-test.module.css";

/** Runs the agent as it is written at the moment, saved or not. */
export function DraftTest({ edit }: { edit: DraftEdit }) {
  const [text, setText] = useState("");
  const { draft, problems } = edit;
  const start = useMutation({
    mutationFn: async () => {
      if (!draft.spec) return null;
      const { runId } = await client.agents.tryDraft({ spec: draft.spec, input: { text } });
      return runId;
    },
  });
  const canStart = draft.spec !== null && problems.length === 0 && text.trim() !== "";
  const begin = () => canStart && !start.isPending && start.mutate();
  if (!useMay()("agents.run")) return <NotAllowed permission="agents.run" />;
  return (
    <div className={styles["test"]}>
      <Textarea
        label="Input"
        description="What the agent is asked. It runs as it is written now; its tools are called for real."
        autosize
        minRows={2}
        maxRows={8}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) begin();
        }}
      />
      <Group gap="xs">
        <Button
          leftSection={<IconPlayerPlay size={14} aria-hidden />}
          disabled={!canStart}
          loading={start.isPending}
          onClick={begin}
          title="Ctrl Enter"
        >
          Run the draft
        </Button>
        {problems.length > 0 && (
          <Text size="xs" c="dimmed">
            Correct what is wrong with it first.
          </Text>
        )}
      </Group>
      {start.error && <ErrorPanel error={start.error} />}
      <section className={styles["answer"]} aria-label="What the draft answers" tabIndex={0}>
        {start.data ? <Followed key={start.data} runId={start.data} /> : <Nothing />}
        <DraftTools edit={edit} />
      </section>
    </div>
  );
}

function Nothing() {
  return (
    <Text size="sm" c="dimmed">
      Its words and calls are shown here while it works, with what they cost. The run is kept like
      any other, with the definition that it was made with.
    </Text>
  );
}

function Followed({ runId }: { runId: string }) {
  const { run, words, error, resume } = useRunFeed(runId);
  return (
    <Stack gap="sm">
      {run && <TestFigures run={run} />}
      <Answer run={run} words={words} error={error} onRetry={resume} />
    </Stack>
  );
}

function TestFigures({ run }: { run: Run }) {
  const stop = useMutation({
    mutationFn: () => client.runs.cancel(run.runId),
    onError: notifyError,
  });
  const hasEnded = isTerminal(run.status);
  const { inputTokens, outputTokens } = run.usage;
  const mayStop = useMay()("runs.steer") && !hasEnded;
  return (
    <div className={styles["figures"]}>
      <StatusBadge status={run.status} />
      <Duration
        start={run.startedAt ?? run.createdAt}
        end={"endedAt" in run ? run.endedAt : null}
      />
      <Cost micros={run.costMicros} incomplete={run.costIncomplete} />
      <span>
        <Count value={inputTokens + outputTokens} /> tokens
      </span>
      <Link to="/runs/$runId" params={{ runId: run.runId }}>
        Look at the run
      </Link>
      {mayStop && (
        <Button
          size="compact-xs"
          variant="default"
          leftSection={<IconPlayerStop size={12} aria-hidden />}
          loading={stop.isPending}
          onClick={() => stop.mutate()}
        >
          Stop
        </Button>
      )}
    </div>
  );
}
