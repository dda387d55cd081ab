import { Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { timesOf, type Schedule } from "@flotilla/core";
import { formatPlural } from "../../components/count.tsx";
import { KeyValue } from "../../components/key-value.tsx";
import { Missing } from "../../components/missing.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { Section } from "../../components/section.tsx";
import { refreshMs } from "../../data/query-client.ts";
import { NextTime } from "./next-time.tsx";
import { ScheduleActions } from "./schedule-actions.tsx";
import { scheduleQuery } from "./schedule-queries.ts";
import { overlapWords, whenText } from "./schedule-words.ts";
import { StartList } from "./start-list.tsx";
import { TimesPreview } from "./times-preview.tsx";
import styles from "./schedule-page.module.css";

const route = getRouteApi("/schedules/$name");

export function SchedulePage() {
  const { name } = route.useParams();
  const { data, error, refetch } = useQuery({
    ...scheduleQuery(name),
    refetchInterval: refreshMs,
  });
  if (error && !data) return <Missing title={name} error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageHeader title={name} />;
  return (
    <>
      <PageHeader
        title={name}
        above={
          <Link to="/schedules" className="plain">
            Schedules
          </Link>
        }
        below={data.spec.description || whenText(data.spec)}
        actions={<ScheduleActions schedule={data} />}
      />
      <Stack gap={24}>
        <div className={styles["panels"]}>
          <Section title="Schedule">
            <div className={styles["panel"]}>
              <Facts schedule={data} />
            </div>
          </Section>
          <Section title="Next times" aside={data.paused ? "if it were not paused" : undefined}>
            <div className={styles["panel"]}>
              <TimesPreview times={{ ...timesOf(data.spec), count: 8 }} />
            </div>
          </Section>
        </div>
        <Section title="History" aside={`kept for ${formatPlural(data.spec.historyDays, "day")}`}>
          <StartList name={name} />
        </Section>
      </Stack>
    </>
  );
}

function Facts({ schedule }: { schedule: Schedule }) {
  const { spec, paused, revision, changedAt, startedBy } = schedule;
  const { start, overlap, catchUp, jitterSeconds, priority, labels } = spec;
  const agent = (
    <>
      {start.kind} of{" "}
      <Link to="/agents/$name" params={{ name: start.agent }} search={{}} className="plain">
        {start.agent}
      </Link>
      {start.version === undefined ? "" : ` v${start.version}`}
    </>
  );
  const pausedText = paused && (
    <>
      by {paused.by}, <RelativeTime at={paused.at} />
      {paused.reason === null ? "" : `: ${paused.reason}`}
    </>
  );
  return (
    <KeyValue
      pairs={[
        ["Next", <NextTime key="next" schedule={schedule} />],
        ["Paused", pausedText],
        [
          "When",
          <span key="when" title={spec.when.cron}>
            {whenText(spec)}
          </span>,
        ],
        ["Starts", agent],
        [
          start.kind === "run" ? "Input" : "Prompt",
          start.kind === "run" ? start.input.text : start.template,
        ],
        ["If one is under way", overlapWords[overlap]],
        ["If it was missed", missedText(catchUp)],
        ["Jitter", jitterSeconds > 0 ? `up to ${jitterSeconds} s` : null],
        ["Priority", String(priority)],
        [
          "Labels",
          Object.entries(labels)
            .map(([key, value]) => `${key}: ${value}`)
            .join(", "),
        ],
        [
          "Changed",
          <span key="changed">
            <RelativeTime at={changedAt} /> by {startedBy?.name ?? "the platform"}, revision{" "}
            {revision}
          </span>,
        ],
      ]}
    />
  );
}

function missedText({ missed, windowSeconds }: Schedule["spec"]["catchUp"]): string {
  if (missed === "none") return "nothing is caught up";
  const hours = Math.round((windowSeconds / 3_600) * 10) / 10;
  const span = hours === 1 ? "an hour" : `${hours} hours`;
  return `${missed === "all" ? "all of it is" : "the last one is"} caught up within ${span}`;
}
