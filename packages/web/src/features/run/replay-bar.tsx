import type { Event } from "@flotilla/core";
import { ActionIcon, Button, Tooltip } from "@mantine/core";
import {
  IconChevronLeft,
  IconChevronRight,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
} from "@tabler/icons-react";
import { useMemo } from "react";
import { formatDuration } from "../../components/duration.tsx";
import type { ReplayState } from "./use-replay.ts";
import { replayMarks } from "./replay-marks.ts";
import styles from "./replay-bar.module.css";

/** Goes back to any event of the run, and plays from there. */
export function ReplayBar({ state }: { state: ReplayState }) {
  const { replay, index, isPast, isPlaying, goTo, play } = state;
  const { events } = replay;
  const here = events[index];
  if (!here || events.length < 2) return null;
  const playFrom = () => {
    if (!isPast) goTo(0);
    play(!isPlaying);
  };
  return (
    <section className={styles["bar"]} aria-label="Back in time" data-past={isPast}>
      <Step label="Event before (←)" to={index - 1} state={state} Icon={IconChevronLeft} />
      <Tooltip label={playLabel(isPlaying, isPast)}>
        <ActionIcon variant="default" aria-label={playLabel(isPlaying, isPast)} onClick={playFrom}>
          {isPlaying ? <IconPlayerPauseFilled size={13} /> : <IconPlayerPlayFilled size={13} />}
        </ActionIcon>
      </Tooltip>
      <Step label="Event after (→)" to={index + 1} state={state} Icon={IconChevronRight} />
      <div className={styles["track"]}>
        <Marks events={events} />
        <input
          type="range"
          className={styles["slider"]}
          aria-label="Event"
          aria-valuetext={`${index + 1} of ${events.length}: ${here.type}`}
          min={0}
          max={events.length - 1}
          value={index}
          onChange={(event) => {
            play(false);
            goTo(Number(event.currentTarget.value));
          }}
        />
      </div>
      <Place events={events} index={index} here={here} />
      <Button
        size="compact-xs"
        variant="default"
        disabled={!isPast}
        onClick={() => goTo(events.length - 1)}
      >
        Now
      </Button>
    </section>
  );
}

function playLabel(isPlaying: boolean, isPast: boolean): string {
  if (isPlaying) return "Pause";
  return isPast ? "Play from here" : "Play from the start";
}

interface StepProps {
  label: string;
  to: number;
  state: ReplayState;
  Icon: typeof IconChevronLeft;
}

function Step({ label, to, state, Icon }: StepProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        aria-label={label}
        disabled={to < 0 || to >= state.replay.events.length}
        onClick={() => state.goTo(to)}
      >
        <Icon size={15} stroke={1.8} />
      </ActionIcon>
    </Tooltip>
  );
}

/** What happened of note, where it stands on the slider. */
function Marks({ events }: { events: readonly Event[] }) {
  const marks = useMemo(() => replayMarks(events), [events]);
  return (
    <div className={styles["marks"]} aria-hidden>
      {marks.map(({ seq, at, tone }) => (
        <span key={seq} data-tone={tone} style={{ left: `${100 * at}%` }} />
      ))}
    </div>
  );
}

function Place(props: { events: readonly Event[]; index: number; here: Event }) {
  const { events, index, here } = props;
  const sinceMs = Date.parse(here.at) - Date.parse(events[0]?.at ?? here.at);
  return (
    <div className={styles["place"]}>
      <span className={styles["type"]}>{here.type}</span>
      <span className={styles["count"]}>
        {index + 1} / {events.length} · +{formatDuration(sinceMs)}
      </span>
    </div>
  );
}
