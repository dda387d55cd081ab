import { IconMessages, IconPlayerPlay, IconUpload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMay } from "../../data/me.ts";
import { agentsQuery } from "../../features/agent/agent-queries.ts";
import type { Asked, Entry, EntryGroup } from "./entry.ts";

const size = { size: 15, stroke: 1.7 };

/** A run, a batch or a talk: of any agent, or of the one whose name is typed. */
export function useStarts({ isOpen, query }: Asked): EntryGroup {
  const navigate = useNavigate();
  const may = useMay();
  const { data } = useQuery({ ...agentsQuery, enabled: isOpen });
  const actions: Entry[] = [];
  const names = query === "" ? [] : (data?.items ?? []).map(({ name }) => name);
  if (may("agents.run")) {
    actions.push({
      id: "start-run",
      label: "Start a run",
      leftSection: <IconPlayerPlay {...size} />,
      onClick: () => void navigate({ to: "/runs", search: { start: "" } }),
    });
    for (const name of names) {
      actions.push({
        id: `run ${name}`,
        label: `Run ${name}`,
        keywords: "start a run",
        leftSection: <IconPlayerPlay {...size} />,
        onClick: () => void navigate({ to: "/runs", search: { start: name } }),
      });
    }
  }
  if (may("batches.write")) {
    actions.push({
      id: "new-batch",
      label: "New batch from a file",
      keywords: "start rows csv jsonl",
      leftSection: <IconUpload {...size} />,
      onClick: () => void navigate({ to: "/batches/new" }),
    });
    for (const name of names) {
      actions.push({
        id: `batch ${name}`,
        label: `New batch with ${name}`,
        leftSection: <IconUpload {...size} />,
        onClick: () => void navigate({ to: "/batches/new", search: { agent: name } }),
      });
    }
  }
  if (may("threads.write")) {
    for (const name of names) {
      actions.push({
        id: `chat ${name}`,
        label: `Talk to ${name}`,
        keywords: "chat playground",
        leftSection: <IconMessages {...size} />,
        onClick: () => void navigate({ to: "/playground", search: { agent: name } }),
      });
    }
  }
  return { group: "Start", actions };
}
