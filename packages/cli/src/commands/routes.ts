import type { RouteCandidate, RouteItem, RouteTargetState, RouteTested } from "@flotilla/api";
import { FlotillaError } from "@flotilla/core";
import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { textOrFile } from "../input-text.ts";
import { breakerWord } from "../render/breaker.ts";
import { properties, table, type Column } from "../render/table.ts";
import type { Terminal } from "../terminal.ts";
import { numberOption } from "../usage.ts";

const columns: Column<RouteItem>[] = [
  { title: "ROUTE", value: (one) => one.name },
  { title: "STRATEGY", value: (one) => one.strategy },
  { title: "NOW", value: (one) => one.targets.find(({ can }) => can)?.model ?? "none can" },
  { title: "TARGETS", value: (one) => one.targets.map(({ model }) => model).join(", ") },
];

const list = defineCommand({
  meta: { name: "list", description: "Routes, and which target of each is asked now" },
  args: globalArgs,
  async run({ args }) {
    const { client, terminal } = connect(args);
    const routes = await client.routes.list();
    if (terminal.json) terminal.document(routes);
    else if (routes.items.length === 0) terminal.print("No routes are configured.");
    else terminal.print(table(routes.items, columns, terminal));
  },
});

const show = defineCommand({
  meta: { name: "show", description: "One route, with the health of its targets" },
  args: {
    name: { type: "positional", description: "Name of the route", required: true },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const { items } = await client.routes.list();
    const found = items.find((one) => one.name === args.name);
    if (!found) {
      throw new FlotillaError("not_found", `There is no route "${args.name}".`, {
        remedy: `There are: ${items.map((one) => one.name).join(", ") || "none"}.`,
      });
    }
    if (terminal.json) terminal.document(found);
    else terminal.print(routeText(found, terminal));
  },
});

function routeText(route: RouteItem, terminal: Terminal): string {
  const rows: [string, string][] = [
    ["route", route.name],
    ["strategy", route.strategy],
    ["on refusal", route.onRefusal],
  ];
  if (route.description) rows.push(["description", route.description]);
  if (route.minimumConfidence !== null) {
    rows.push(["confidence", `at least ${route.minimumConfidence}`]);
  }
  const targets: Column<RouteTargetState>[] = [
    { title: "TARGET", value: (one) => one.model },
    { title: "CLASSES", value: (one) => one.classes.join(", ") || "-" },
    { title: "BREAKER", value: (one) => breakerWord(one.breaker, terminal.paint) },
    { title: "NOW", value: (one) => one.why ?? one.reason },
  ];
  return `${properties(rows, terminal)}\n\n${table(route.targets, targets, terminal)}`;
}

const test = defineCommand({
  meta: { name: "test", description: "Which target a call would be answered by, and why" },
  args: {
    name: { type: "positional", description: "Name of the route", required: true },
    input: {
      type: "string",
      valueHint: "text",
      description: "The input of the run; @file reads it",
    },
    agent: { type: "string", valueHint: "name", description: "Name of the agent" },
    "input-tokens": { type: "string", valueHint: "number", description: "Default: from the input" },
    tools: { type: "boolean", description: "The call needs tools" },
    schema: { type: "boolean", description: "The call needs an output schema" },
    images: { type: "boolean", description: "The call needs images" },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const inputTokens = numberOption("input-tokens", args["input-tokens"], { min: 0 });
    const tested = await client.routes.test(args.name, {
      text: await textOrFile(args.input ?? ""),
      needsTools: args.tools ?? false,
      needsJson: args.schema ?? false,
      needsVision: args.images ?? false,
      ...(args.agent !== undefined && { agent: args.agent }),
      ...(inputTokens !== undefined && { inputTokens }),
    });
    if (terminal.json) terminal.document(tested);
    else terminal.print(testedText(tested, terminal));
  },
});

function testedText(tested: RouteTested, terminal: Terminal): string {
  const { model, reason, taskClass, classifier, candidates } = tested;
  const rows: [string, string][] = [
    ["asked", model === null ? "none can take the call" : `${model} (${reason})`],
  ];
  if (taskClass !== null) rows.push(["class", taskClass]);
  if (classifier !== null) rows.push(["class", `${classifier} would be asked first`]);
  const order: Column<RouteCandidate>[] = [
    { title: "TARGET", value: (one) => one.model },
    { title: "CAN", value: (one) => (one.can ? "yes" : "no") },
    { title: "WHY", value: (one) => one.why ?? one.reason },
  ];
  return `${properties(rows, terminal)}\n\n${table(candidates, order, terminal)}`;
}

export const routes = defineCommand({
  meta: { name: "routes", description: "Routes: several models under one name" },
  default: "list",
  subCommands: { list, show, test },
});
