import { versionWord, type InboxItem } from "@flotilla/core";
import type { InterruptAnswering } from "@flotilla/api";
import { Group, Kbd, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { shortId } from "../../components/copy-id.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { AssigneeSelect } from "../interrupt/assignee-select.tsx";
import { CommentList } from "../interrupt/comment-list.tsx";
import { InterruptPanel } from "../interrupt/interrupt-panel.tsx";
import { interruptQuery } from "../interrupt/interrupt-queries.ts";
import { kindWords } from "../interrupt/kind-words.ts";
import { ExpiresIn } from "./expires-in.tsx";

const PlanReview = lazy(async () => ({
  default: (await import("./plan-review.tsx")).PlanReview,
}));

interface InboxDetailProps {
  item: InboxItem;
  onAnswer: (answer: InterruptAnswering) => void;
}

/** One item of the inbox: where it comes from, what is asked, who shall answer. */
export function InboxDetail({ item, onAnswer }: InboxDetailProps) {
  const { runId, interruptId, kind, agentName, agentVersion, batchId, row, audience } = item;
  const { data } = useQuery(interruptQuery(runId, interruptId));
  return (
    <Stack gap="md">
      <Group gap="xs" justify="space-between">
        <Text size="sm" c="dimmed">
          {kindWords[kind]} of{" "}
          <Link to="/runs/$runId" params={{ runId }}>
            {agentName} {versionWord(agentVersion)} · {shortId(runId)}
          </Link>
          {batchId && (
            <>
              {" "}
              ·{" "}
              <Link className="plain" to="/batches/$batchId" params={{ batchId }}>
                batch, row {row}
              </Link>
            </>
          )}{" "}
          · asked <RelativeTime at={item.raisedAt} />
          {audience.role && ` · for ${audience.role}s`}
          {item.escalatedAt && " · escalated"}
          {item.expiresAt && <ExpiresIn at={item.expiresAt} />}
        </Text>
        {data && <AssigneeSelect interrupt={data} />}
      </Group>
      <InterruptPanel
        runId={runId}
        interruptId={interruptId}
        hasKeys
        isPlanShown
        onAnswer={onAnswer}
      />
      {kind === "plan_review" && (
        <Suspense fallback={<Skeleton height={320} aria-busy="true" aria-label="Loading" />}>
          <PlanReview runId={runId} />
        </Suspense>
      )}
      <CommentList runId={runId} interruptId={interruptId} />
      <Text size="xs" c="dimmed">
        <Kbd size="xs">j</Kbd> <Kbd size="xs">k</Kbd> next and previous · <Kbd size="xs">a</Kbd>{" "}
        approve · <Kbd size="xs">e</Kbd> edit · <Kbd size="xs">r</Kbd> reject ·{" "}
        <Kbd size="xs">x</Kbd> choose · <Kbd size="xs">X</Kbd> all like it · <Kbd size="xs">c</Kbd>{" "}
        comment · <Kbd size="xs">Enter</Kbd> into the answer
      </Text>
    </Stack>
  );
}
