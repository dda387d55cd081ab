import type { Thread, ThreadMessage } from "@flotilla/core";
import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { printPage } from "../print-page.ts";
import { money } from "../render/money.ts";
import { prettyOutput } from "../render/run.ts";
import { table, type Column } from "../render/table.ts";
import { ago } from "../render/time.ts";
import type { Paint } from "../terminal.ts";
import { integerOption, type CommandArgs } from "../usage.ts";

const columns: Column<Thread>[] = [
  { title: "THREAD", value: (one) => one.id },
  { title: "AGENT", value: (one) => one.agent ?? "-" },
  { title: "RUNS", align: "right", value: (one) => String(one.runs) },
  { title: "COST", align: "right", value: (one) => money(one.costMicros) },
  { title: "WRITTEN", align: "right", value: (one) => ago(one.updatedAt) },
  { title: "TITLE", value: (one) => one.title },
];

const pageArgs = {
  limit: { type: "string", valueHint: "number", default: "20", description: "How many at most" },
  cursor: { type: "string", valueHint: "cursor", description: "Begin after that page" },
} satisfies CommandArgs;

const threadArg = {
  thread: { type: "positional", description: "Id of the thread", required: true },
} satisfies CommandArgs;

const pageOf = ({ limit, cursor }: { limit?: string; cursor?: string | undefined }) => ({
  limit: integerOption("limit", limit, { min: 1, max: 1_000 }) ?? 20,
  ...(cursor !== undefined && { cursor }),
});

const list = defineCommand({
  meta: { name: "list", description: "Threads, those written to last first" },
  args: {
    archived: { type: "boolean", description: "Those that are archived" },
    search: {
      type: "string",
      valueHint: "text",
      description: "Those with this in their title or in something that was said",
    },
    ...pageArgs,
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const { archived, search } = args;
    const query = {
      ...pageOf(args),
      archived: archived === true,
      ...(search !== undefined && { search }),
    };
    const page = await client.threads.list(query);
    printPage(page, terminal, "No threads.", (items) => table(items, columns, terminal));
  },
});

const show = defineCommand({
  meta: { name: "show", description: "What was said in a thread, in order" },
  args: { ...threadArg, ...pageArgs, ...globalArgs },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const thread = await client.threads.get(args.thread, pageOf(args));
    if (terminal.json) return terminal.document(thread);
    const { messages } = thread;
    if (messages.nextCursor !== null) {
      terminal.note(`There are earlier ones: --cursor ${messages.nextCursor}`);
    }
    if (messages.items.length === 0) terminal.note("Nothing was said yet.");
    for (const one of messages.items.toReversed()) terminal.print(exchange(one, terminal.paint));
  },
});

function exchange({ text, attachments, run }: ThreadMessage, paint: Paint): string {
  const attached = attachments.map(({ name }) => paint("dim", `+ ${name}`));
  return [`${paint("bold", ">")} ${text}`, ...attached, answer(run, paint), ""].join("\n");
}

function answer(run: ThreadMessage["run"], paint: Paint): string {
  if (run.status === "completed") return prettyOutput(run.output);
  if (run.status === "failed") return paint("red", `✗ ${run.error.message}`);
  return paint("yellow", `(${run.status})`);
}

function changing(name: string, description: string, archived: boolean) {
  return defineCommand({
    meta: { name, description },
    args: { ...threadArg, ...globalArgs },
    async run({ args }) {
      const { client, terminal } = connect(args);
      const thread = await client.threads.change(args.thread, { archived });
      if (terminal.json) terminal.document(thread);
      else terminal.print(`${thread.id} is ${archived ? "archived" : "taken back"}.`);
    },
  });
}

const remove = defineCommand({
  meta: {
    name: "delete",
    description: "Delete a thread with its runs; what they cost stays known",
  },
  args: { ...threadArg, ...globalArgs },
  async run({ args }) {
    const { client, terminal } = connect(args);
    await client.threads.remove(args.thread);
    if (terminal.json) terminal.document({ deleted: args.thread });
    else terminal.print(`${args.thread} is deleted.`);
  },
});

export const threads = defineCommand({
  meta: { name: "threads", description: "Threads: conversations with agents" },
  default: "list",
  subCommands: {
    list,
    show,
    archive: changing("archive", "Archive a thread: nothing more is said in it", true),
    restore: changing("restore", "Take an archived thread back", false),
    delete: remove,
  },
});
