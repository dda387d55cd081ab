import type { BoardEntry } from "@flotilla/core";
import { Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { JsonView } from "../../components/json-view.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { Section } from "../../components/section.tsx";
import { client } from "../../data/client.ts";
import { refreshMs } from "../../data/query-client.ts";
import styles from "./blackboard.module.css";

/** What the runs of a tree have written for each other; nothing while there is none. */
export function Blackboard({ runId, isOver }: { runId: string; isOver: boolean }) {
  const { data } = useQuery({
    queryKey: ["blackboard", runId],
    queryFn: () => client.runs.blackboard(runId),
    refetchInterval: isOver ? false : refreshMs,
  });
  if (!data || data.items.length === 0) return null;
  return (
    <Section title="Blackboard" aside="Shared by all runs of the tree">
      {data.items.map((entry) => (
        <Entry key={entry.key} entry={entry} />
      ))}
    </Section>
  );
}

function Entry({ entry: { key, version, value, by, at } }: { entry: BoardEntry }) {
  return (
    <Stack gap={6} className={styles["entry"]}>
      <Text size="sm">
        <b>{key}</b>{" "}
        <Text span size="xs" c="dimmed">
          version {version}, written <RelativeTime at={at} /> by{" "}
          <Link to="/runs/$runId" params={{ runId: by.runId }}>
            {by.agentName}
          </Link>
        </Text>
      </Text>
      <JsonView value={value} open={2} />
    </Stack>
  );
}
