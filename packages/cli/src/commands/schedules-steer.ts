import { startOutcomeSchema, timesOf, type ScheduleTimes } from "@flotilla/core";
import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { printPage } from "../print-page.ts";
import { counted } from "../render/number.ts";
import { startColumns, timeColumns, whenText } from "../render/schedule.ts";
import { table } from "../render/table.ts";
import { moment } from "../render/time.ts";
import { integerOption, UsageError } from "../usage.ts";

const nameArg = {
  name: { type: "positional", description: "Name of the schedule", required: true },
} as const;

export const preview = defineCommand({
  meta: { name: "preview", description: "When a schedule, or times that you try, are due next" },
  args: {
    name: { type: "positional", description: "Name of a schedule", required: false },
    cron: { type: "string", valueHint: "pattern", description: "In place of a schedule" },
    every: { type: "string", valueHint: "seconds", description: "In place of a schedule" },
    "time-zone": { type: "string", valueHint: "zone", description: "With --cron (UTC)" },
    after: { type: "string", valueHint: "time", description: "From this time on (now)" },
    count: { type: "string", valueHint: "number", default: "10", description: "How many" },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const everySeconds = integerOption("every", args.every, { min: 1 });
    const given = [args.name, args.cron, everySeconds].filter((one) => one !== undefined);
    if (given.length !== 1) throw new UsageError("Say the name of a schedule, --cron or --every.");
    const count = integerOption("count", args.count, { min: 1, max: 1_000 });
    const times: ScheduleTimes =
      args.name === undefined
        ? {
            when: { ...(args.cron && { cron: args.cron }), ...(everySeconds && { everySeconds }) },
            timeZone: args["time-zone"] ?? "UTC",
          }
        : timesOf((await client.schedules.get(args.name)).spec);
    const after = args.after === undefined ? {} : { after: timeOption("after", args.after) };
    const found = await client.schedules.preview({ ...times, ...after, ...(count && { count }) });
    if (terminal.json) {
      terminal.document(found);
      return;
    }
    terminal.note(whenText(times));
    if (found.times.length === 0) terminal.note("It is never due.");
    else terminal.print(table(found.times, timeColumns, terminal));
  },
});

export const history = defineCommand({
  meta: { name: "history", description: "What became of a schedule's due times, newest first" },
  args: {
    ...nameArg,
    outcome: {
      type: "enum",
      options: [...startOutcomeSchema.options],
      description: "Only these",
    },
    limit: { type: "string", valueHint: "number", default: "20", description: "How many" },
    cursor: { type: "string", description: "Go on from an earlier page" },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const limit = integerOption("limit", args.limit, { min: 1, max: 1_000 });
    const page = await client.schedules.starts(args.name, {
      ...(limit !== undefined && { limit }),
      ...(args.outcome && { outcome: args.outcome }),
      ...(args.cursor && { cursor: args.cursor }),
    });
    printPage(page, terminal, "Nothing was due yet.", (items) =>
      table(items, startColumns, terminal),
    );
  },
});

export const trigger = defineCommand({
  meta: { name: "trigger", description: "Start once more, now, whatever is under way" },
  args: { ...nameArg, ...globalArgs },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const start = await client.schedules.trigger(args.name);
    if (terminal.json) terminal.document(start);
    else if (start.outcome === "queued") terminal.note("It starts as soon as a worker is there.");
    else if (start.error) terminal.print(`It could not be started: ${start.error.message}`);
    else terminal.print(`${start.runId ?? start.batchId} is started.`);
  },
});

export const backfill = defineCommand({
  meta: { name: "backfill", description: "Start what was due in a range and was not started" },
  args: {
    ...nameArg,
    from: { type: "string", valueHint: "time", required: true, description: "Its beginning" },
    until: { type: "string", valueHint: "time", description: "Its end, inclusive (now)" },
    overlap: {
      type: "enum",
      options: ["queue", "parallel"],
      description: "One after the other, or at once",
    },
    "dry-run": { type: "boolean", description: "Only count" },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const dryRun = args["dry-run"] === true;
    const found = await client.schedules.backfill(args.name, {
      from: timeOption("from", args.from),
      until: args.until === undefined ? new Date().toISOString() : timeOption("until", args.until),
      ...(args.overlap && { overlap: args.overlap }),
      dryRun,
    });
    if (terminal.json) terminal.document(found);
    else {
      const verb = dryRun ? "would be started" : "are started";
      terminal.print(`${counted(found.due, "due time")}; ${found.queued} ${verb}.`);
    }
  },
});

export const pause = defineCommand({
  meta: { name: "pause", description: "Nothing is due until it is resumed" },
  args: {
    ...nameArg,
    reason: { type: "string", valueHint: "text", description: "Why, for others" },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const paused = await client.schedules.pause(args.name, args.reason);
    if (terminal.json) terminal.document(paused);
    else terminal.print(`${args.name} is paused.`);
  },
});

export const resume = defineCommand({
  meta: { name: "resume", description: "It is due again, from now on" },
  args: { ...nameArg, ...globalArgs },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const resumed = await client.schedules.resume(args.name);
    if (terminal.json) terminal.document(resumed);
    else if (resumed.nextDueAt === null) terminal.print(`${args.name} goes on; it is never due.`);
    else terminal.print(`${args.name} goes on; due next at ${moment(resumed.nextDueAt)} UTC.`);
  },
});

/** A time as people write it: `2026-01-31`, `2026-01-31 12:00`; in UTC unless it says otherwise. */
function timeOption(name: string, value: string): string {
  const text = value.trim().replace(" ", "T");
  const isDate = /^\d{4}-\d\d-\d\d$/.test(text);
  const hasZone = isDate || /(?:z|[+-]\d\d:?\d\d)$/i.test(text);
  const time = new Date(hasZone ? text : `${text}Z`);
  if (Number.isNaN(time.getTime())) {
    throw new UsageError(`--${name} is no time: "${value}".`, "Write 2026-01-31 12:00, in UTC.");
  }
  return time.toISOString();
}
