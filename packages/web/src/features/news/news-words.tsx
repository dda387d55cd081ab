import type { NewsItem, NewsKind } from "@flotilla/core";
import type { Icon } from "@tabler/icons-react";
import { IconCoins, IconKey, IconStack2, IconTool } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { formatPlural } from "../../components/count.tsx";
import { RowLink } from "../../components/row-link.tsx";
import { StatusIcon } from "../../components/status-badge.tsx";
import { keyOf } from "../inbox/inbox-state.ts";
import { kindIcons, kindWords } from "../interrupt/kind-words.ts";

type Of<K extends NewsKind> = Extract<NewsItem, { kind: K }>;

/** What an item is told by. */
export interface NewsWords {
  icon: ReactNode;
  /** What it is about, as a link to it. */
  link: ReactNode;
  /** More of it; null: the link says all. */
  detail: string | null;
}

/** @param nameOf a member by his id */
export function newsWords(item: NewsItem, nameOf: (id: string) => string): NewsWords {
  switch (item.kind) {
    case "decision":
      return decisionWords(item);
    case "runs":
      return runWords(item);
    case "batch":
      return batchWords(item);
    case "budget":
      return budgetWords(item, nameOf);
    case "signIn":
      return {
        icon: mark(IconKey, "waiting"),
        link: serverLink(item.server, `Sign in at ${item.server}`),
        detail: "The tools of this MCP server fail until somebody does.",
      };
    case "tools":
      return {
        icon: mark(IconTool, "waiting"),
        link: serverLink(item.server, `Tools of ${item.server} have changed`),
        detail: `Held back until somebody approves what they say now: ${item.tools.join(", ")}`,
      };
  }
}

function decisionWords({ asks, agentName, prompt, ...item }: Of<"decision">): NewsWords {
  return {
    icon: mark(kindIcons[asks], "waiting"),
    link: (
      <RowLink to="/inbox" search={{ item: keyOf(item) }}>
        {kindWords[asks]} for {agentName}
      </RowLink>
    ),
    detail: prompt,
  };
}

function runWords({ status, agentName, count, runId, input, error }: Of<"runs">): NewsWords {
  const became = status === "failed" ? "failed" : "finished";
  const detail = error ?? input;
  return {
    icon: <StatusIcon status={status} />,
    link:
      count === 1 ? (
        <RowLink to="/runs/$runId" params={{ runId }}>
          {agentName} {became}
        </RowLink>
      ) : (
        <RowLink to="/runs" search={{ agent: agentName, status, since: "7d" }}>
          {formatPlural(count, "run")} of {agentName} {became}
        </RowLink>
      ),
    detail: count === 1 ? detail : `The newest: ${detail}`,
  };
}

function batchWords({ batchId, name, status, rows }: Of<"batch">): NewsWords {
  return {
    icon: mark(IconStack2, status),
    link: (
      <RowLink to="/batches/$batchId" params={{ batchId }}>
        {name} {status === "completed" ? "is done" : "was cancelled"}
      </RowLink>
    ),
    detail: `Batch of ${formatPlural(rows, "row")}`,
  };
}

function budgetWords(item: Of<"budget">, nameOf: (id: string) => string): NewsWords {
  const { level, name, state, alertPercent, budgetId } = item;
  const whose = level === "user" ? nameOf(name) : name;
  const budget = whose === "me" ? "your budget" : `the budget of ${whose}`;
  const isSpent = state === "spent";
  const words = isSpent
    ? `${budget.charAt(0).toUpperCase()}${budget.slice(1)} is spent`
    : `${alertPercent} % of ${budget} is spent`;
  return {
    icon: mark(IconCoins, isSpent ? "failed" : "waiting"),
    link:
      level === "batch" ? (
        <RowLink to="/batches/$batchId" params={{ batchId: budgetId }}>
          {words}
        </RowLink>
      ) : (
        <RowLink to="/costs">{words}</RowLink>
      ),
    detail: isSpent ? "What it covers waits until there is room again." : null,
  };
}

function serverLink(server: string, words: string): ReactNode {
  return (
    <RowLink to="/mcp-servers/$name" params={{ name: server }}>
      {words}
    </RowLink>
  );
}

function mark(Mark: Icon, tone: "waiting" | "failed" | "completed" | "cancelled"): ReactNode {
  return <Mark size={15} stroke={1.8} color={`var(--${tone}-text)`} aria-hidden />;
}
