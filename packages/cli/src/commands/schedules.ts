import type { Client } from "@flotilla/api";
import { scheduleSpecSchema, type Schedule, type ScheduleSpec } from "@flotilla/core";
import { defineCommand } from "citty";
import { stringify } from "yaml";
import { applyArgs, orNone, specsToApply } from "../apply-specs.ts";
import { beSure } from "../be-sure.ts";
import { connect, globalArgs } from "../connection.ts";
import { printList } from "../print-page.ts";
import { scheduleColumns, whenText } from "../render/schedule.ts";
import { properties, table } from "../render/table.ts";
import { ago, moment } from "../render/time.ts";
import { readSpecFiles } from "../spec-file.ts";
import { backfill, history, pause, preview, resume, trigger } from "./schedules-steer.ts";

const nameArg = {
  name: { type: "positional", description: "Name of the schedule", required: true },
} as const;

const list = defineCommand({
  meta: { name: "list", description: "Schedules, with when they are due next" },
  args: globalArgs,
  async run({ args }) {
    const { client, terminal } = connect(args);
    const nothing = "No schedules. Write one in a file, then: flotilla schedules apply -f <file>";
    printList(await client.schedules.list(), terminal, nothing, (items) =>
      table(items, scheduleColumns, terminal),
    );
  },
});

const show = defineCommand({
  meta: { name: "show", description: "One schedule, as its file would be" },
  args: { ...nameArg, ...globalArgs },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const found = await client.schedules.get(args.name);
    if (terminal.json) {
      terminal.document(found);
      return;
    }
    const { paused, nextDueAt, revision, changedAt, spec } = found;
    const state = paused ? `paused by ${paused.by}, ${ago(paused.at)}` : undefined;
    const rows: [string, string][] = [
      ["when", whenText(spec)],
      ["next", state ?? (nextDueAt === null ? "never" : `${moment(nextDueAt)} UTC`)],
      ["revision", `${revision}, ${ago(changedAt)}`],
    ];
    terminal.note(properties(rows, { paint: terminal.paintNote }));
    terminal.write(stringify(spec));
  },
});

const apply = defineCommand({
  meta: { name: "apply", description: "Create schedules from a file, or change them" },
  args: { ...applyArgs, ...globalArgs },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const kind = { noun: "schedule", schema: scheduleSpecSchema };
    const files = await readSpecFiles(args.file, kind);
    const specs = specsToApply(files, kind.noun, args.check, terminal);
    if (!specs) return;
    const applied: Schedule[] = [];
    for (const spec of specs) {
      const { schedule, said } = await applyOne(client, spec);
      applied.push(schedule);
      if (!terminal.json) terminal.print(`${schedule.name} ${said}; ${nextText(schedule)}`);
    }
    if (terminal.json) terminal.document({ items: applied });
  },
});

function nextText({ paused, nextDueAt }: Schedule): string {
  if (paused) return "it is paused";
  return nextDueAt === null ? "it is never due" : `due next at ${moment(nextDueAt)} UTC`;
}

async function applyOne(
  client: Client,
  spec: ScheduleSpec,
): Promise<{ schedule: Schedule; said: string }> {
  const before = await orNone(client.schedules.get(spec.name));
  const schedule = await client.schedules.apply(spec);
  if (!before) return { schedule, said: "created" };
  return { schedule, said: before.revision === schedule.revision ? "unchanged" : "changed" };
}

const remove = defineCommand({
  meta: { name: "delete", description: "Delete a schedule and its history; its runs stay" },
  args: {
    ...nameArg,
    yes: { type: "boolean", alias: "y", description: "Do not ask" },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    if (!args.yes) await beSure(terminal, "Deleting", `Delete the schedule ${args.name}?`);
    await client.schedules.remove(args.name);
    if (terminal.json) terminal.document({ name: args.name, deleted: true });
    else terminal.print(`${args.name} is deleted; what it has started goes on.`);
  },
});

export const schedules = defineCommand({
  meta: { name: "schedules", description: "Schedules: what starts runs and batches at times" },
  default: "list",
  subCommands: {
    ...{ list, show, apply, preview, history },
    ...{ trigger, backfill, pause, resume, delete: remove },
  },
});
