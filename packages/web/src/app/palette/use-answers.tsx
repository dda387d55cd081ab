import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { keyOf } from "../../features/inbox/inbox-state.ts";
import { kindIcons, kindWords } from "../../features/interrupt/kind-words.ts";
import { longest, type Asked, type EntryGroup } from "./entry.ts";

/** Of what waits, the oldest; more when something is looked for. */
const fewest = 3;
const most = 30;

/** What waits for the reader. */
export function useAnswers({ isOpen, query }: Asked): EntryGroup {
  const navigate = useNavigate();
  const may = useMay();
  const { data } = useQuery({
    queryKey: ["palette", "inbox"],
    queryFn: () => client.inbox.list({ mine: "true", limit: most }),
    enabled: isOpen && may("interrupts.answer"),
  });
  const items = data?.items ?? [];
  return {
    group: "Answer",
    actions: items.slice(0, query === "" ? fewest : most).map((item) => {
      const Icon = kindIcons[item.kind];
      return {
        id: `answer ${keyOf(item)}`,
        label: `Answer: ${item.prompt.slice(0, longest)}`,
        description: `${kindWords[item.kind]} · ${item.agentName}`,
        keywords: `${item.tool ?? ""} ${item.runId} inbox approve`,
        leftSection: <Icon size={15} stroke={1.7} />,
        onClick: () => void navigate({ to: "/inbox", search: { item: keyOf(item) } }),
      };
    }),
  };
}
