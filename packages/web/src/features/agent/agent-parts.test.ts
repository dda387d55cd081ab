import type { ToolRule } from "@flotilla/core";
import { expect, test } from "vitest";
import { readDraft, withValue, type AgentDraft } from "./agent-draft.ts";
import {
  askedByLink,
  pictureOf,
  withAsked,
  withPartAdded,
  withPartRemoved,
  type PartChange,
} from "./agent-parts.ts";

const text = `name: lead
model: route/careful
tools: [calculator, mail_send]
approvals: ["mail_*"]
team:
  workers: [clerk]
`;
const draft = readDraft(text);
const nothing = { routes: [], toolRules: [] };
const changed = (of: AgentDraft, ...changes: PartChange[]) =>
  readDraft(changes.reduce((old, { path, value }) => withValue(old, path, value), of.text));
const part = (id: string, of = draft) => {
  const found = pictureOf(of, nothing).parts.find((one) => one.id === id);
  if (!found) throw new Error(`There is no part ${id}.`);
  return found;
};

test("a picture has the model, the tools, the team, and who is asked first", () => {
  const target = (model: string) => ({ model }) as never;
  const route = { name: "careful", strategy: "fallback", targets: [target("a/b"), target("c/d")] };
  const { parts, links } = pictureOf(draft, { ...nothing, routes: [route as never] });
  expect(parts.map(({ id }) => id)).toEqual([
    ...["model", "target:a/b", "target:c/d", "agent", "approvals"],
    ...["tool:calculator", "tool:mail_send", "worker:clerk"],
  ]);
  expect(links.map(({ from, to }) => `${from} ${to}`)).toEqual([
    ...["model agent", "target:a/b model", "target:c/d model", "agent tool:calculator"],
    ...["agent tool:mail_send", "approvals tool:mail_send", "agent worker:clerk"],
  ]);
  // The pattern is about other tools too.
  expect(links.find(({ from }) => from === "approvals")?.canRemove).toBe(false);
});

test("the tool rules that its calls meet are there, and no others", () => {
  const rule = (id: string, more: Partial<ToolRule>): ToolRule => ({
    ...{ id, effect: "deny", tool: "mail_*", agent: null, runId: null, environment: null },
    ...{ when: null, note: null, enabled: true, by: "usr_1", interruptId: null },
    createdAt: "2026-01-01T00:00:00.000Z",
    ...more,
  });
  const toolRules = [
    rule("all", { note: "No mail" }),
    rule("own", { effect: "ask", tool: "*", agent: "lead" }),
    ...[rule("off", { enabled: false }), rule("other", { agent: "clerk" })],
    ...[rule("run", { runId: "run_1" }), rule("none", { tool: "files_*" })],
  ];
  const { parts, links } = pictureOf(draft, { ...nothing, toolRules });
  const shown = parts.filter(({ kind }) => kind === "rule");
  expect(shown.map(({ id, name, about }) => [id, name, about])).toEqual([
    ["rule:all", "denies mail_*", "No mail"],
    ["rule:own", "asks before *", ""],
  ]);
  const ties = links.filter(({ from }) => from.startsWith("rule:"));
  expect(ties.map(({ from, to, label }) => `${from} ${label} ${to}`)).toEqual([
    "rule:all denies tool:mail_send",
    "rule:own asks before tool:calculator",
    "rule:own asks before tool:mail_send",
  ]);
});

test("parts are added and taken away, with what was said of them", () => {
  const more = changed(draft, withPartAdded(draft, "handoff", "judge"));
  expect(more.value).toMatchObject({ team: { workers: ["clerk"], handoffs: ["judge"] } });
  const asked = changed(draft, withAsked(draft, "calculator", true));
  expect(asked.value).toMatchObject({ approvals: ["mail_*", "calculator"] });
  const gone = changed(asked, ...withPartRemoved(asked, part("tool:calculator", asked)));
  expect(gone.value).toMatchObject({ tools: ["mail_send"], approvals: ["mail_*"] });
  const alone = changed(draft, ...withPartRemoved(draft, part("worker:clerk")));
  expect(alone.value).not.toHaveProperty("team");
  expect(withPartRemoved(draft, part("agent"))).toEqual([]);
});

test("a link from the approvals to a tool has a person asked first", () => {
  expect(askedByLink("approvals", "tool:calculator")).toBe("calculator");
  expect(askedByLink("agent", "tool:calculator")).toBeUndefined();
});
