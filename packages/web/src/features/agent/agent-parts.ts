import type { RouteItem } from "@flotilla/api";
import { conditionWords, matchesGlob, type ToolRule } from "@flotilla/core";
import { valueAt, type AgentDraft } from "./agent-draft.ts";
import { strategyKind, type SpecPath } from "./agent-schema.ts";
import { strategyWords } from "./agent-words.ts";
import { textsOf } from "./field-props.ts";

export type PartKind =
  | "agent"
  | "model"
  | "target"
  | "tool"
  | "worker"
  | "handoff"
  | "approvals"
  | "rule";

/** A part of an agent as it stands in a picture of it. */
export interface AgentPart {
  /** `agent`, `model`, `approvals`, or the kind and the name: `tool:calculator`. */
  id: string;
  kind: PartKind;
  name: string;
  /** A line beneath its name. */
  about: string;
  /** Where in the definition it is. */
  path: SpecPath;
  canRemove: boolean;
}

export interface PartLink {
  from: string;
  to: string;
  /** What the one is to the other. */
  label: string;
  canRemove: boolean;
}

export interface AgentPicture {
  parts: AgentPart[];
  links: PartLink[];
}

/** Where the lists of an agent stand whose items are parts. */
const listPaths = {
  tool: ["tools"],
  worker: ["team", "workers"],
  handoff: ["team", "handoffs"],
} as const satisfies Partial<Record<PartKind, SpecPath>>;
export type ListedKind = keyof typeof listPaths;

const linkWords: Record<ListedKind, string> = {
  tool: "calls",
  worker: "delegates to",
  handoff: "hands over to",
};

/** What holds for the whole platform or organisation, and for the agent with it. */
export interface AgentSurroundings {
  routes: readonly RouteItem[];
  toolRules: readonly ToolRule[];
}

/**
 * An agent with its model and where that falls back to, its tools, those it works with, who is asked first, and the tool
 * rules that its calls meet.
 */
export function pictureOf(draft: AgentDraft, around: AgentSurroundings): AgentPicture {
  const { parts, links } = modelSide(draft, around.routes);
  const name = textAt(draft, ["name"]) || "No name yet";
  const approvals = textsOf(valueAt(draft, ["approvals"]));
  parts.push(
    part("agent", "agent", name, textAt(draft, ["description"]) || strategyOf(draft), []),
    part(
      "approvals",
      "approvals",
      "Approvals",
      approvals.length > 0 ? approvals.join(", ") : "Nobody is asked first",
      ["approvals"],
    ),
  );
  for (const kind of Object.keys(listPaths) as ListedKind[]) {
    for (const one of textsOf(valueAt(draft, listPaths[kind]))) {
      const id = `${kind}:${one}`;
      const asked = kind === "tool" && approvals.find((glob) => matchesGlob(glob, one));
      parts.push({
        ...part(id, kind, one, asked ? "A person is asked first" : "", listPaths[kind]),
        canRemove: true,
      });
      links.push({ from: "agent", to: id, label: linkWords[kind], canRemove: true });
      if (asked) {
        const canRemove = asked === one;
        links.push({ from: "approvals", to: id, label: "asks before", canRemove });
      }
    }
  }
  const rules = ruleSide(draft, around.toolRules);
  return { parts: [...parts, ...rules.parts], links: [...links, ...rules.links] };
}

const effectWords: Record<ToolRule["effect"], string> = {
  allow: "allows",
  ask: "asks before",
  deny: "denies",
};

/** The rules that stand between the agent and its tools; those of single runs are not of the agent. */
function ruleSide(draft: AgentDraft, toolRules: readonly ToolRule[]): AgentPicture {
  const name = textAt(draft, ["name"]);
  const tools = textsOf(valueAt(draft, listPaths.tool));
  const parts: AgentPart[] = [];
  const links: PartLink[] = [];
  for (const rule of toolRules) {
    const { effect, tool, agent, runId, enabled } = rule;
    const met = tools.filter((one) => matchesGlob(tool, one));
    if (!enabled || runId !== null || (agent !== null && agent !== name)) continue;
    if (met.length === 0) continue;
    const id = `rule:${rule.id}`;
    const label = effectWords[effect];
    parts.push(part(id, "rule", `${label} ${tool}`, whenWords(rule), []));
    for (const one of met) {
      links.push({ from: id, to: `tool:${one}`, label, canRemove: false });
    }
  }
  return { parts, links };
}

function whenWords({ note, environment, when }: ToolRule): string {
  const where = environment === null ? [] : [`in ${environment}`];
  return note ?? [...where, ...conditionWords(when)].join(", ");
}

function modelSide(draft: AgentDraft, routes: readonly RouteItem[]): AgentPicture {
  const model = textAt(draft, ["model"]);
  const route = routes.find(({ name }) => model === `route/${name}`);
  const about = route ? `Route, ${route.strategy}` : "Answers";
  const parts = [part("model", "model", model || "No model yet", about, ["model"])];
  const links: PartLink[] = [{ from: "model", to: "agent", label: "thinks for", canRemove: false }];
  for (const [index, target] of (route?.targets ?? []).entries()) {
    const id = `target:${target.model}`;
    const place = index === 0 ? "Asked first" : "Asked when those before it cannot";
    parts.push(part(id, "target", target.model, place, ["model"]));
    links.push({ from: id, to: "model", label: `target ${index + 1}`, canRemove: false });
  }
  return { parts, links };
}

function part(id: string, kind: PartKind, name: string, about: string, path: SpecPath): AgentPart {
  return { id, kind, name, about, path, canRemove: false };
}

function textAt(draft: AgentDraft, path: SpecPath): string {
  const value = valueAt(draft, path);
  return typeof value === "string" ? value : "";
}

function strategyOf(draft: AgentDraft): string {
  return strategyWords[strategyKind(valueAt(draft, ["strategy"]))] ?? "";
}

/** What stands at a place once the draft is changed; undefined: nothing. */
export interface PartChange {
  path: SpecPath;
  value: string[] | undefined;
}

export function withPartAdded(draft: AgentDraft, kind: ListedKind, name: string): PartChange {
  const path = listPaths[kind];
  return { path, value: [...new Set([...textsOf(valueAt(draft, path)), name])] };
}

/** Takes a part away, and what was said of it alone. */
export function withPartRemoved(
  draft: AgentDraft,
  { kind, name, canRemove }: AgentPart,
): PartChange[] {
  if (!canRemove || !(kind in listPaths)) return [];
  const path = listPaths[kind as ListedKind];
  const list = without(draft, path, name);
  return kind === "tool" ? [list, without(draft, ["approvals"], name)] : [list];
}

/** Whether a person is asked before calls of a tool. */
export function withAsked(draft: AgentDraft, tool: string, asks: boolean): PartChange {
  const path = ["approvals"];
  if (!asks) return without(draft, path, tool);
  return { path, value: [...new Set([...textsOf(valueAt(draft, path)), tool])] };
}

function without(draft: AgentDraft, path: SpecPath, name: string): PartChange {
  const left = textsOf(valueAt(draft, path)).filter((one) => one !== name);
  return { path, value: left.length > 0 ? left : undefined };
}

/** The part that a drawn link makes something of: a tool that is asked about first. */
export function askedByLink(from: string, to: string): string | undefined {
  return from === "approvals" && to.startsWith("tool:") ? to.slice("tool:".length) : undefined;
}
