import type { DeadLetterCause, DeadLetterGroup } from "@flotilla/core";
import { Button, Group, Skeleton, Stack } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { getRouteApi } from "@tanstack/react-router";
import { formatPlural } from "../../components/count.tsx";
import { Empty } from "../../components/empty.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { GroupTitle, groupTitle } from "../../components/group-title.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { client } from "../../data/client.ts";
import { useLiveList } from "../../data/use-live-list.ts";
import { causeWords } from "./cause-words.ts";
import { GroupActions } from "./group-actions.tsx";
import { LetterList } from "./letter-list.tsx";
import styles from "./group-list.module.css";

const route = getRouteApi("/dead-letters");
const idOf = (group: DeadLetterGroup) => group.fingerprint;

interface GroupListProps {
  filter: { cause?: DeadLetterCause | undefined; agent?: string | undefined };
}

/** Open letters in groups; the chosen one shows its letters. */
export function GroupList({ filter }: GroupListProps) {
  const { group: chosen } = route.useSearch();
  const list = useLiveList({
    key: ["dead letters", "groups", filter.cause, filter.agent],
    load: (page) => client.deadLetters.groups({ ...page, ...filter }),
    idOf,
  });
  if (list.error && !list.items) return <ErrorPanel error={list.error} />;
  if (!list.items) return <GroupSkeleton />;
  if (list.items.length === 0) {
    return (
      <Empty title={filter.cause || filter.agent ? "No letters like that" : "No dead letters"}>
        A run that failed for good, and a row that is none, come here by themselves, alike ones
        together. From here they go on from the step that failed, if need be with another version,
        model or tool result; or they are put away with a reason.
      </Empty>
    );
  }
  return (
    <Stack gap="sm">
      {list.items.map((group) => (
        <GroupCard key={group.fingerprint} group={group} isOpen={group.fingerprint === chosen} />
      ))}
      {list.hasMore && (
        <Group justify="center">
          <Button variant="subtle" onClick={list.loadMore}>
            More groups
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function GroupCard({ group, isOpen }: { group: DeadLetterGroup; isOpen: boolean }) {
  const { fingerprint, cause, code, title, remedy, count, agents, lastAt } = group;
  const navigate = route.useNavigate();
  const toggle = () =>
    void navigate({
      search: (old) => ({ ...old, group: isOpen ? undefined : fingerprint, letter: undefined }),
      replace: true,
      resetScroll: false,
    });
  return (
    <section className={styles["card"]} aria-label={groupTitle(title)}>
      <div className={styles["head"]}>
        <button type="button" className={styles["title"]} aria-expanded={isOpen} onClick={toggle}>
          <IconChevronRight size={15} className={styles["chevron"]} aria-hidden />
          <span>
            <span className={styles["count"]}>{formatPlural(count, "letter")}</span>
            <b>
              <GroupTitle title={title} />
            </b>
            <span className={styles["facts"]}>
              {causeWords[cause].title} · <span className="mono">{code}</span> · {agents.join(", ")}{" "}
              · last <RelativeTime at={lastAt} />
            </span>
          </span>
        </button>
        <GroupActions group={group} />
      </div>
      <p className={styles["help"]}>
        {remedy} {causeWords[cause].help}
      </p>
      {isOpen && (
        <div className={styles["letters"]}>
          <LetterList
            label={`Letters: ${groupTitle(title)}`}
            filter={{ state: "open", fingerprint }}
          />
        </div>
      )}
    </section>
  );
}

function GroupSkeleton() {
  return (
    <Stack gap="sm" role="status" aria-busy="true" aria-label="Loading">
      <Skeleton height={84} radius={10} />
      <Skeleton height={84} radius={10} />
      <Skeleton height={84} radius={10} />
    </Stack>
  );
}
