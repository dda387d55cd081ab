import { FlotillaError, planEditSchema, type Plan, type PlanEdit } from "@flotilla/core";
import { defineCommand } from "citty";
import { z } from "zod";
import { connect, globalArgs } from "../connection.ts";
import { readTextFile } from "../input-text.ts";
import { editLine, planTable, versionTable } from "../render/plan.ts";
import { integerOption, UsageError } from "../usage.ts";

const runArg = {
  run: { type: "positional", description: "Id of the run", required: true },
} as const;

const show = defineCommand({
  meta: { name: "show", description: "A run's plan: its steps, what they came to, its versions" },
  args: { ...runArg, ...globalArgs },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const shown = await client.plans.get(args.run);
    if (terminal.json) return terminal.document(shown);
    const { queued } = shown;
    const plan = madePlan(shown.plan, args.run);
    const { items } = await client.plans.versions(args.run);
    terminal.print(`Version ${plan.version}: ${plan.goal}`);
    terminal.print(planTable(plan, terminal));
    terminal.print(`\n${versionTable(items, terminal)}`);
    for (const { edits } of queued) {
      terminal.note(`Is taken in at the next step: ${edits.map(editLine).join("; ")}`);
    }
  },
});

const diff = defineCommand({
  meta: { name: "diff", description: "What makes one version of a run's plan of another" },
  args: {
    ...runArg,
    from: {
      type: "string",
      valueHint: "version",
      description: "The older one (the one before; 0 is none)",
    },
    to: { type: "string", valueHint: "version", description: "The newer one (the newest)" },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const from = integerOption("from", args.from, { min: 0 });
    const to = integerOption("to", args.to, { min: 0 });
    const found = await client.plans.diff(args.run, {
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
    });
    if (terminal.json) return terminal.document(found);
    if (found.edits.length === 0) terminal.print("Nothing differs.");
    for (const edit of found.edits) terminal.print(editLine(edit));
  },
});

const edit = defineCommand({
  meta: { name: "edit", description: "Edit the plan of a run that is waiting or at work" },
  args: {
    ...runArg,
    edits: { type: "string", valueHint: "json", description: "A list of edits" },
    file: { type: "string", alias: "f", valueHint: "path", description: "JSON file with them" },
    version: {
      type: "string",
      valueHint: "number",
      description: "The version they are made for (the newest)",
    },
    reason: { type: "string", valueHint: "text", description: "Kept in the run's journal" },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const edits = await givenEdits(args);
    const own = integerOption("version", args.version, { min: 1 });
    const version = own ?? madePlan((await client.plans.get(args.run)).plan, args.run).version;
    const reason = args.reason === undefined ? {} : { reason: args.reason };
    const edited = await client.plans.edit(args.run, { version, edits, ...reason });
    if (terminal.json) return terminal.document(edited);
    if (!edited.taken) terminal.print("The run is at work: it takes this in at its next step.");
    else {
      terminal.print(`The plan has version ${edited.plan.version} now.`);
      terminal.print(planTable(edited.plan, terminal));
    }
  },
});

function madePlan(made: Plan | null, runId: string): Plan {
  if (made) return made;
  throw new FlotillaError("conflict", `Run ${runId} has no plan.`, {
    remedy: "Only runs of agents that plan have one, once it is made.",
  });
}

async function givenEdits(given: {
  edits?: string | undefined;
  file?: string | undefined;
}): Promise<PlanEdit[]> {
  if ((given.edits === undefined) === (given.file === undefined)) {
    throw new UsageError("Give the edits with --edits or --file.");
  }
  const text = given.edits ?? (await readTextFile(given.file ?? ""));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError("The edits are not JSON.", 'For example [{"edit":"remove","id":"a"}].');
  }
  const parsed = z.array(planEditSchema).min(1).safeParse(value);
  if (parsed.success) return parsed.data;
  throw new UsageError(`The edits are wrong:\n${z.prettifyError(parsed.error)}`);
}

export const plan = defineCommand({
  meta: { name: "plan", description: "The plan of a run: look at it and change it" },
  subCommands: { show, diff, edit },
});
