import { useDocumentTitle } from "@mantine/hooks";
import { VisuallyHidden } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { NotAllowed } from "../../components/not-allowed.tsx";
import { useMay } from "../../data/me.ts";
import { NewThread } from "./new-thread.tsx";
import { ThreadList } from "./thread-list.tsx";
import { ThreadView } from "./thread-view.tsx";
import styles from "./playground-page.module.css";
import type { ReactNode } from "react";

const start = getRouteApi("/playground");
const talk = getRouteApi("/playground/$threadId");

/** Where a conversation begins. */
export function PlaygroundPage() {
  const { agent } = start.useSearch();
  const may = useMay();
  return (
    <Layout>
      {may("agents.run") ? (
        <NewThread agent={agent ?? null} />
      ) : (
        <NotAllowed permission="agents.run" />
      )}
    </Layout>
  );
}

/** A conversation, in the branch that the address says. */
export function ThreadPage() {
  const { threadId } = talk.useParams();
  const { upTo } = talk.useSearch();
  const navigate = talk.useNavigate();
  return (
    <Layout>
      <ThreadView
        key={threadId}
        threadId={threadId}
        upTo={upTo}
        onBranch={(next) => void navigate({ search: (old) => ({ ...old, upTo: next }) })}
      />
    </Layout>
  );
}

function Layout({ children }: { children: ReactNode }) {
  useDocumentTitle("Playground · Flotilla");
  return (
    <div className={styles["playground"]}>
      <VisuallyHidden component="h1">Playground</VisuallyHidden>
      <ThreadList />
      {children}
    </div>
  );
}
