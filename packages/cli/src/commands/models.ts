import type { ModelItem, ModelList, ProviderTested } from "@flotilla/api";
import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { exitCodes } from "../exit.ts";
import { breakerWord } from "../render/breaker.ts";
import { compact, count } from "../render/number.ts";
import { properties, table, type Column } from "../render/table.ts";
import { duration } from "../render/time.ts";
import type { Terminal } from "../terminal.ts";

export const models = defineCommand({
  meta: { name: "models", description: "Models, with price, context, limits and health" },
  args: {
    reset: {
      type: "string",
      valueHint: "model",
      description: "Close this model's breaker: the next call is made",
    },
    test: {
      type: "string",
      valueHint: "provider",
      description: "Ask this provider for its models, with the key that calls would have",
    },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    if (args.test !== undefined) {
      const tested = await client.providers.test(args.test);
      if (terminal.json) terminal.document(tested);
      else terminal.print(testedText(tested));
      return tested.ok ? exitCodes.ok : exitCodes.error;
    }
    if (args.reset !== undefined) {
      const model = await client.models.reset(args.reset);
      if (terminal.json) terminal.document(model);
      else terminal.print(`${model.model}: breaker ${model.breaker}`);
      return exitCodes.ok;
    }
    const list = await client.models.list();
    if (terminal.json) terminal.document(list);
    else terminal.print(listText(list, terminal));
    return exitCodes.ok;
  },
});

function testedText({ provider, ok, message, tookMs, models: offered }: ProviderTested): string {
  if (!ok) return `${provider} was not reached: ${message}`;
  const heading = `${provider} answered in ${duration(tookMs)} and offers ${offered.length} models`;
  return [heading, ...offered].join("\n");
}

function listText({ providers, items }: ModelList, terminal: Terminal): string {
  const ready = providers.map(({ name, kind, problem }): [string, string] => [
    name,
    problem === null ? kind : `${kind}, not ready: ${problem}`,
  ]);
  const columns: Column<ModelItem>[] = [
    { title: "MODEL", value: (one) => one.model },
    { title: "PRICE IN/OUT", align: "right", value: priceText },
    {
      title: "CONTEXT",
      align: "right",
      value: (one) => (one.context ? compact(one.context) : "?"),
    },
    { title: "BREAKER", value: (one) => breakerWord(one.breaker, terminal.paint) },
    { title: "ANSWERED", align: "right", value: (one) => count(one.health?.answered ?? 0) },
    { title: "FAILED", align: "right", value: (one) => count(one.health?.failed ?? 0) },
    { title: "FIRST TOKEN", align: "right", value: firstToken },
    { title: "LIMITS", value: limitsText },
  ];
  const list =
    items.length > 0
      ? table(items, columns, terminal)
      : "No model is configured by name, and none was asked yet.";
  return `${properties(ready, terminal)}\n\n${list}`;
}

/** Dollars per million tokens. */
function priceText({ price }: ModelItem): string {
  if (!price) return "?";
  const dollars = (micros: number) => `$${micros / 1_000_000}`;
  return `${dollars(price.input)}/${dollars(price.output)}`;
}

function firstToken({ health }: ModelItem): string {
  return health?.firstTokenMs == null ? "-" : duration(health.firstTokenMs);
}

function limitsText({ limits, ready, problem }: ModelItem): string {
  if (!ready) return problem ?? "not ready";
  const said = Object.entries(limits).map(([name, value]) => `${name} ${count(value)}`);
  return said.join(", ") || "-";
}
