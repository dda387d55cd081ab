import type { Json } from "@flotilla/core";
import { Link } from "@tanstack/react-router";
import { Fragment, type ReactNode } from "react";
import { formatCost } from "../../components/cost.tsx";
import { Count, formatBytes } from "../../components/count.tsx";
import { formatRoundDuration } from "../../components/duration.tsx";
import { JsonView } from "../../components/json-view.tsx";
import { useMemberNames } from "../interrupt/use-member-names.ts";
import { strategyKind } from "./agent-schema.ts";
import { cacheChoice, cacheWords, strategyWords } from "./agent-words.ts";
import { textsOf } from "./field-props.ts";
import type { SaidField } from "./read-parts.ts";

/** What a definition says at a place, for people. */
export function FieldValue({ said: { field, value, unit } }: { said: SaidField }) {
  const own = ownValues[field.path.join(".")];
  if (own) return own(value);
  if (Array.isArray(value) && field.kind === "texts") return textsOf(value).join(", ");
  switch (typeof value) {
    case "number":
      return <Amount value={value} unit={unit} />;
    case "boolean":
      return value ? "yes" : "no";
    case "string":
      return value;
    default:
      return <JsonView value={value} open={1} />;
  }
}

const ownValues: Readonly<Record<string, (value: Json) => ReactNode>> = {
  model: mono,
  "context.model": mono,
  "strategy.plannerModel": mono,
  "strategy.criticModel": mono,
  tools: (value) => <ToolNames names={textsOf(value)} />,
  approvals: (value) => mono(textsOf(value).join(", ")),
  "interrupts.audience.userId": (value) => <Person id={textOf(value)} />,
  "team.workers": (value) => <AgentNames names={textsOf(value)} />,
  "team.handoffs": (value) => <AgentNames names={textsOf(value)} />,
  strategy: (value) => strategyWords[strategyKind(value)] ?? strategyKind(value),
  cache: (value) => cacheWords[cacheChoice(value)],
};

function textOf(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function mono(value: Json): ReactNode {
  return <span className="mono">{textOf(value)}</span>;
}

function Amount({ value, unit }: { value: number; unit: string | undefined }) {
  switch (unit) {
    case "seconds":
      return formatRoundDuration(value * 1_000);
    case "milliseconds":
      return formatRoundDuration(value);
    case "USD":
      return formatCost(value * 1_000_000);
    case "bytes":
      return formatBytes(value);
    default:
      return Number.isInteger(value) ? <Count value={value} /> : String(value);
  }
}

function Person({ id }: { id: string }) {
  return useMemberNames()(id);
}

function ToolNames({ names }: { names: readonly string[] }) {
  if (names.length === 0) return <span className="dimmed">None</span>;
  return separated(names, (name) => (
    <Link className="plain mono" to="/tools/$name" params={{ name }}>
      {name}
    </Link>
  ));
}

function AgentNames({ names }: { names: readonly string[] }) {
  return separated(names, (name) => (
    <Link className="plain" to="/agents/$name" params={{ name }}>
      {name}
    </Link>
  ));
}

function separated(names: readonly string[], show: (name: string) => ReactNode): ReactNode {
  return names.map((name, index) => (
    <Fragment key={name}>
      {index > 0 && ", "}
      {show(name)}
    </Fragment>
  ));
}
