import type { Json } from "./json.ts";
import {
  argTestNames,
  type ArgCondition,
  type ArgTest,
  type ToolConditions,
} from "./tool-condition.ts";

/** What must be so for a rule to hold, for people: one text for each condition, in the order they are looked at. */
export function conditionWords(when: ToolConditions | null): string[] {
  if (!when) return [];
  const { args = [], risk, reach, roles, users, labels, time, cost } = when;
  const words = args.map(argWords);
  if (risk) words.push(`risk is ${or(risk)}`);
  if (reach) words.push(`reach is ${or(reach)}`);
  if (roles) words.push(`started by ${or(roles)}`);
  if (users) words.push(`started by the user ${or(users)}`);
  if (labels?.any) words.push(`the run has read ${or(labels.any)}`);
  if (labels?.all) words.push(`the run has read ${labels.all.join(" and ")}`);
  if (labels?.none) words.push(`the run has read no ${or(labels.none)}`);
  if (time) {
    const { days, from = "00:00", to = "24:00", zone } = time;
    words.push(`${days ? `${days.join(", ")} ` : ""}${from}–${to} ${zone}`);
  }
  if (cost?.overUsd !== undefined) words.push(`the run has spent more than $${cost.overUsd}`);
  if (cost?.underUsd !== undefined) words.push(`the run has spent less than $${cost.underUsd}`);
  return words;
}

function or(names: readonly string[]): string {
  return names.join(" or ");
}

function argWords({ path, nodes, exists, not, ...tests }: ArgCondition): string {
  const which = nodes ? { all: "every ", any: "some " }[nodes] : "";
  const said = [
    ...(exists === undefined ? [] : [exists ? "is there" : "is not there"]),
    ...testWords(tests),
    ...(not ? [`not: ${testWords(not).join(", ")}`] : []),
  ];
  return `${which}${path} ${said.join(", ")}`;
}

const verbs = {
  equals: "is",
  in: "is one of",
  matches: "fits",
  startsWith: "starts with",
  contains: "contains",
  lessThan: "<",
  greaterThan: ">",
  hostIn: "has the host",
  under: "is under",
} as const;

function testWords(test: ArgTest): string[] {
  return argTestNames.flatMap((name) => {
    const value = test[name];
    if (value === undefined) return [];
    const isList = name === "in" || name === "hostIn";
    const values = isList && Array.isArray(value) ? value : [value];
    const text = values.map((one) => wordOf(name, one)).join(" or ");
    return [`${verbs[name]} ${text}`];
  });
}

function wordOf(name: keyof ArgTest, value: Json): string {
  return name === "hostIn" && typeof value === "string" ? value : JSON.stringify(value);
}
