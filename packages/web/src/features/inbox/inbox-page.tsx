import { mayAnswer } from "@flotilla/core";
import { Skeleton } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import { formatPlural } from "../../components/count.tsx";
import { Empty } from "../../components/empty.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { useMe } from "../../data/me.ts";
import { InboxFilters } from "./inbox-filters.tsx";
import { InboxHistory } from "./inbox-history.tsx";
import { shownItems } from "./inbox-state.ts";
import { InboxTriage } from "./inbox-triage.tsx";
import { useInbox } from "./use-inbox.ts";

const route = getRouteApi("/inbox");

/** What waits for people: seen live, answered one by one or together. */
export function InboxPage() {
  const { state } = route.useSearch();
  return (
    <>
      <PageHeader
        title="Inbox"
        below="What agents may not do, or cannot know, without a person."
        actions={<InboxFilters />}
      />
      {state === undefined ? <OpenInbox /> : <InboxHistory state={state} />}
    </>
  );
}

function OpenInbox() {
  const { kind, agent, mine } = route.useSearch();
  const { state, error, retry } = useInbox();
  const caller = useMe()?.caller;
  const items = useMemo(
    () =>
      state &&
      shownItems(
        state,
        { kind, agent },
        (item) => !mine || !caller || mayAnswer(caller, item).allowed,
      ),
    [state, kind, agent, mine, caller],
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
  return (
    <>
      {error && <ErrorPanel error={error} onRetry={retry} />}
      {items.length === 0 ? <NothingWaits hidden={state.size} /> : <InboxTriage items={items} />}
    </>
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
