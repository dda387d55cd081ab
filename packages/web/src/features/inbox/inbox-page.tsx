import { mayAnswer } from "@flotilla/core";
import { Skeleton } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useMemo, useRef } from "react";
import { formatPlural } from "../../components/count.tsx";
import { Empty } from "../../components/empty.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { useKeptFocus } from "../../components/use-kept-focus.ts";
import { useMe } from "../../data/me.ts";
import { InboxFilters } from "./inbox-filters.tsx";
import { InboxHistory } from "./inbox-history.tsx";
import { keyOf, shownItems } from "./inbox-state.ts";
import { InboxTriage } from "./inbox-triage.tsx";
import { useTriageAnswers } from "./use-triage-answers.ts";
import { useInbox } from "./use-inbox.ts";
import styles from "./inbox-page.module.css";

const route = getRouteApi("/inbox");

/** What waits for people: seen live, answered one by one or together. */
export function InboxPage() {
  const { state } = route.useSearch();
  const box = useRef<HTMLDivElement>(null);
  useKeptFocus(box, () => {
    const line = box.current?.querySelector<HTMLElement>("li button[aria-current]");
    return line ?? box.current;
  });
  return (
    <div ref={box} tabIndex={-1} className={styles["page"]}>
      <PageHeader
        title="Inbox"
        below="What agents may not do, or cannot know, without a person."
        actions={<InboxFilters />}
      />
      {state === undefined ? <OpenInbox /> : <InboxHistory state={state} />}
    </div>
  );
}

function OpenInbox() {
  const { kind, agent, mine, item: wanted } = route.useSearch();
  const { state, error, retry } = useInbox();
  const caller = useMe()?.caller;
  const select = useSelect();
  const answers = useTriageAnswers(select);
  const { answered } = answers;
  const items = useMemo(
    () =>
      state &&
      shownItems(
        state,
        { kind, agent },
        (item) =>
          !answered.has(keyOf(item)) && (!mine || !caller || mayAnswer(caller, item).allowed),
      ),
    [state, kind, agent, mine, caller, answered],
  );
  if (error && !items) return <ErrorPanel error={error} onRetry={retry} />;
  if (!items || !state) {
    return (
      <Skeleton
        height={320}
        radius={10}
        role="status"
        aria-busy="true"
        aria-label="Loading the inbox"
      />
    );
  }
  const hidden = [...state.keys()].filter((key) => !answered.has(key)).length;
  return (
    <>
      {error && <ErrorPanel error={error} onRetry={retry} />}
      {items.length === 0 ? (
        <NothingWaits hidden={hidden} />
      ) : (
        <InboxTriage items={items} wanted={wanted} onSelect={select} answers={answers} />
      )}
    </>
  );
}

/** Looks at an item; the address keeps it. */
function useSelect() {
  const navigate = route.useNavigate();
  return useCallback(
    (key: string) =>
      void navigate({
        search: (old) => ({ ...old, item: key }),
        replace: true,
        resetScroll: false,
      }),
    [navigate],
  );
}

function NothingWaits({ hidden }: { hidden: number }) {
  if (hidden > 0) {
    return (
      <Empty title="Nothing like that waits">
        {formatPlural(hidden, "thing waits", "things wait")} that this filter hides.
      </Empty>
    );
  }
  return (
    <Empty title="Nothing waits for anybody" command={'approvals: ["http_*", "files_delete"]'}>
      What an agent’s <code>approvals</code> or the tool rules ask about comes here before it is
      done; so do its questions, plans that want a review, and calls whose outcome nobody knows.
    </Empty>
  );
}
