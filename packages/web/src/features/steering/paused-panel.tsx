import type { Run, WaitingFor } from "@flotilla/core";
import { Button, Group, SegmentedControl, Stack, Text } from "@mantine/core";
import { IconPlayerPauseFilled, IconPlayerPlayFilled } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { openCalls } from "./open-calls.ts";
import { PerformForm } from "./perform-form.tsx";
import { SayForm } from "./say-form.tsx";
import { WriteForm } from "./write-form.tsx";
import styles from "../../components/panel.module.css";

interface PausedPanelProps {
  run: Run;
  wait: WaitingFor & { kind: "paused" };
}

/** A run that somebody paused: who and why, and what a person can do in its place. */
export function PausedPanel({ run, wait }: PausedPanelProps) {
  const may = useMay();
  return (
    <section className={styles["panel"]} data-tone="waiting" aria-label="Paused">
      <IconPlayerPauseFilled size={16} className={styles["icon"]} aria-hidden />
      <Stack gap="sm" className={styles["body"]}>
        <div>
          <Text size="sm" fw={500}>
            Paused by {wait.by}
            {wait.reason && `: ${wait.reason}`}
          </Text>
          <Text size="sm" c="dimmed">
            It goes on from here when somebody resumes it.
          </Text>
        </div>
        {may("runs.steer") && <Steering run={run} />}
      </Stack>
    </section>
  );
}

const ways = { say: "Say something", write: "Write its turn", perform: "Perform a call" };
type Way = keyof typeof ways;

function Steering({ run }: { run: Run }) {
  const [way, setWay] = useState<Way>();
  const calls = openCalls(run);
  const resume = useMutation({ mutationFn: () => client.runs.resume(run.runId) });
  const done = () => setWay(undefined);
  // While calls are open it is not the model's turn, and without any there is nothing to perform.
  const offered: Way[] = calls.length > 0 ? ["say", "perform"] : ["say", "write"];
  return (
    <>
      <Group gap="xs">
        <Button
          leftSection={<IconPlayerPlayFilled size={13} />}
          loading={resume.isPending}
          onClick={() => resume.mutate()}
        >
          Resume
        </Button>
        <SegmentedControl
          size="xs"
          aria-label="Before it goes on"
          value={way ?? ""}
          onChange={(next) => setWay(next as Way)}
          data={offered.map((value) => ({ value, label: ways[value] }))}
        />
      </Group>
      {way === "say" && <SayForm runId={run.runId} onDone={done} />}
      {way === "write" && <WriteForm runId={run.runId} onDone={done} />}
      {way === "perform" && <PerformForm runId={run.runId} calls={calls} onDone={done} />}
      {resume.error && <ErrorPanel error={resume.error} />}
    </>
  );
}
