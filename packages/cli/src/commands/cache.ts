import type { CacheFigures } from "@flotilla/core";
import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { money } from "../render/money.ts";
import { bytes, count, counted } from "../render/number.ts";
import { properties } from "../render/table.ts";

const cacheArgs = {
  ...globalArgs,
  organisation: {
    type: "string",
    valueHint: "name",
    description: "Only this organisation's answers",
  },
} as const;

const queryOf = (organisation: string | undefined) =>
  organisation === undefined ? {} : { organisation };

const show = defineCommand({
  meta: { name: "show", description: "What the cache holds, and what it has saved" },
  args: cacheArgs,
  async run({ args }) {
    const { client, terminal } = connect(args, "subject");
    const figures = await client.cache.get(queryOf(args.organisation));
    if (terminal.json) terminal.document(figures);
    else terminal.print(properties(rowsOf(figures), terminal));
  },
});

function rowsOf(figures: CacheFigures): [string, string][] {
  const { entries, hits, shared, misses, savedMicros } = figures;
  const all = hits + shared + misses;
  const share = all > 0 ? ` of ${count(all)} calls (${Math.round((100 * hits) / all)} %)` : "";
  return [
    ["answers", `${count(entries)}, ${bytes(figures.bytes)}`],
    ["hits", `${count(hits)}${share}`],
    ["shared", `${count(shared)} with a call under way`],
    ["misses", count(misses)],
    ["saved", money(savedMicros)],
  ];
}

const clear = defineCommand({
  meta: { name: "clear", description: "Forget all answers" },
  args: cacheArgs,
  async run({ args }) {
    const { client, terminal } = connect(args, "subject");
    const answer = await client.cache.clear(queryOf(args.organisation));
    if (terminal.json) terminal.document(answer);
    else terminal.print(`${counted(answer.cleared, "answer")} forgotten.`);
  },
});

export const cache = defineCommand({
  meta: { name: "cache", description: "Answers that serve calls that are the same" },
  default: "show",
  subCommands: { show, clear },
});
