import { getRouteApi } from "@tanstack/react-router";
import { Empty } from "../../components/empty.tsx";
import { useMay } from "../../data/me.ts";
import { PlaygroundLayout } from "./playground-layout.tsx";
import { NewThread } from "./new-thread.tsx";
import { ThreadView } from "./thread-view.tsx";

const start = getRouteApi("/playground");
const talk = getRouteApi("/playground/$threadId");

/** Where a conversation begins. */
export function PlaygroundPage() {
  const { agent } = start.useSearch();
  const navigate = start.useNavigate();
  const may = useMay();
  return (
    <PlaygroundLayout>
      {may("agents.run") ? (
        <NewThread
          agent={agent ?? null}
          onAgent={(next) =>
            void navigate({
              search: (old) => ({ ...old, agent: next ?? undefined }),
              replace: true,
            })
          }
        />
      ) : (
        <Empty title="Choose a conversation">
          Your role reads what was talked about here. Talking to an agent needs the permission
          agents.run, which an owner or admin of the organisation can give you.
        </Empty>
      )}
    </PlaygroundLayout>
  );
}

/** A conversation, in the branch that the address says. */
export function ThreadPage() {
  const { threadId } = talk.useParams();
  const { upTo } = talk.useSearch();
  const navigate = talk.useNavigate();
  return (
    <PlaygroundLayout>
      <ThreadView
        key={threadId}
        threadId={threadId}
        upTo={upTo}
        onBranch={(next) => void navigate({ search: (old) => ({ ...old, upTo: next }) })}
      />
    </PlaygroundLayout>
  );
}
