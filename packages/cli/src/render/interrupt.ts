import type { Interrupt } from "@flotilla/api";
import { versionWord, type Audience, type InboxItem, type InterruptComment } from "@flotilla/core";
import type { Terminal } from "../terminal.ts";
import { table, type Column } from "./table.ts";
import { moment } from "./time.ts";

const columns: Column<InboxItem>[] = [
  { title: "INTERRUPT", value: (one) => one.interruptId },
  { title: "KIND", value: (one) => one.kind },
  { title: "AGENT", value: (one) => one.agentName },
  { title: "SINCE", value: (one) => moment(one.raisedAt) },
  { title: "FOR", value: (one) => one.assignee ?? audienceText(one.audience) },
  { title: "ASKS", value: (one) => one.prompt },
];

export function inboxTable(items: readonly InboxItem[], terminal: Terminal): string {
  return table(items, columns, terminal);
}

function audienceText({ role, userId }: Audience): string {
  return userId ?? (role ? `role:${role}` : "everybody");
}

function youText({ allowed, reason }: Interrupt["mayAnswer"]): string {
  return allowed ? "may answer" : `may not: ${reason}`;
}

/** An interrupt with what it is about, just as the server renders it, and what was said about it. */
export function interruptDetails(
  one: Interrupt,
  comments: readonly InterruptComment[],
  { paint }: Terminal,
): string {
  const facts: [string, string | null][] = [
    ["interrupt", one.interruptId],
    ["state", one.action ? `${one.state} (${one.action}, by ${one.endedBy})` : one.state],
    ["run", one.runId],
    ["agent", `${one.agentName} ${versionWord(one.agentVersion)}`],
    ["for", one.assignee ?? audienceText(one.audience)],
    ["since", moment(one.raisedAt)],
    ["expires", one.expiresAt && moment(one.expiresAt)],
    ["tool", one.tool],
    ["hash", one.hash],
    ["asked", one.reason && `since ${one.reason}`],
    ["answers", one.actions.join(", ")],
    ["you", one.state === "open" ? youText(one.mayAnswer) : null],
  ];
  const lines = facts
    .filter((fact): fact is [string, string] => Boolean(fact[1]))
    .map(([name, value]) => `${paint("dim", name.padEnd(10))} ${value}`);
  const hidden = (one.display?.hidden ?? []).map(({ path, character, what }) =>
    paint("red", `! ${character} at ${path || "/"} ${what}`),
  );
  const said = comments.map(({ by, at, text }) => `${by}, ${moment(at)}: ${text}`);
  return [
    ...lines,
    "",
    paint("bold", one.prompt),
    ...(one.display ? [one.display.text] : []),
    ...hidden,
    ...(said.length > 0 ? ["", ...said] : []),
  ].join("\n");
}
