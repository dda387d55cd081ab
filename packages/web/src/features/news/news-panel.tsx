import type { News, NewsItem } from "@flotilla/core";
import { Skeleton, VisuallyHidden } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { useMay } from "../../data/me.ts";
import { useNews, useSeeNews } from "../../data/news.ts";
import { keyOf } from "../inbox/inbox-state.ts";
import { useMemberNames } from "../interrupt/use-member-names.ts";
import { newsWords } from "./news-words.tsx";
import styles from "./news-panel.module.css";

/** What is new, the newest first. To look at it is to have seen it: what was new stays marked as long as it is open. */
export function NewsPanel() {
  const { data, error, refetch } = useNews();
  return (
    <>
      <h2 className={styles["title"]}>What is new</h2>
      {!data && !error && <Skeleton height={180} radius={0} />}
      {!data && error && <ErrorPanel error={error} onRetry={() => void refetch()} />}
      {data && <NewsList news={data} />}
      <Foot />
    </>
  );
}

function NewsList({ news: { newest, unseen, seenUntil } }: { news: News }) {
  const [seenBefore] = useState(seenUntil);
  const { mutate: see } = useSeeNews();
  const until = newest[0]?.at;
  useEffect(() => {
    if (until !== undefined && unseen > 0) see(until);
  }, [see, until, unseen]);
  if (newest.length === 0) {
    return (
      <p className={styles["empty"]}>
        Nothing is new. Decisions that wait for you, how your runs and batches ended, budgets that
        were reached and MCP servers that need somebody are told here.
      </p>
    );
  }
  return (
    <ul className={styles["list"]}>
      {newest.map((item) => (
        <NewsLine
          key={lineKey(item)}
          item={item}
          isNew={seenBefore === null || item.at > seenBefore}
        />
      ))}
    </ul>
  );
}

function NewsLine({ item, isNew }: { item: NewsItem; isNew: boolean }) {
  const { icon, link, detail } = newsWords(item, useMemberNames());
  return (
    <li className={styles["line"]} data-line data-new={isNew}>
      <span className={styles["icon"]}>{icon}</span>
      <span className={styles["words"]}>
        {link}
        {isNew && <VisuallyHidden>, new</VisuallyHidden>}
        {detail !== null && <span className={styles["detail"]}>{detail}</span>}
      </span>
      <span className={styles["when"]}>
        <RelativeTime at={item.at} />
      </span>
    </li>
  );
}

function Foot() {
  const may = useMay();
  return (
    <div className={styles["foot"]}>
      <Link to="/inbox">Inbox</Link>
      {may("notifications.read") && (
        <Link to="/settings/$section" params={{ section: "notifications" }} search={{}}>
          Be told by e-mail or webhook
        </Link>
      )}
    </div>
  );
}

/** The same as long as it is about the same: then the line stays as it is when it is told again. */
function lineKey(item: NewsItem): string {
  switch (item.kind) {
    case "decision":
      return `decision ${keyOf(item)}`;
    case "runs":
      return `run ${item.runId}`;
    case "batch":
      return `batch ${item.batchId}`;
    case "budget":
      return `budget ${item.budgetId}`;
    case "signIn":
    case "tools":
      return `${item.kind} ${item.serverId}`;
  }
}
