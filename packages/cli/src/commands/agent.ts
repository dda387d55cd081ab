import type { Client } from "@flotilla/api";
import type { Agent, AgentSpec } from "@flotilla/core";
import { defineCommand } from "citty";
import { stringify } from "yaml";
import { readAgentFiles } from "../agent-file.ts";
import { applyArgs, orNone, specsToApply } from "../apply-specs.ts";
import { beSure } from "../be-sure.ts";
import { connect, globalArgs } from "../connection.ts";
import type { ExitCode } from "../exit.ts";
import { watchRun } from "../follow-run.ts";
import { withInterrupt } from "../interrupt.ts";
import { properties, table, type Column } from "../render/table.ts";
import { ago } from "../render/time.ts";
import { refuseProblems } from "../spec-file.ts";
import { integerOption, UsageError } from "../usage.ts";

const nameArg = {
  name: { type: "positional", description: "Name of the agent", required: true },
} as const;

const versionColumns: Column<Agent>[] = [
  { title: "VERSION", align: "right", value: (one) => String(one.version) },
  { title: "MADE", value: (one) => ago(one.createdAt) },
  { title: "BY", value: (one) => one.createdBy ?? "-" },
  { title: "MODEL", value: (one) => one.spec.model },
  { title: "NOTE", value: (one) => one.note },
];

const columns: Column<Agent>[] = [
  { title: "NAME", value: (one) => one.name },
  { title: "VERSION", align: "right", value: (one) => String(one.version) },
  { title: "MODEL", value: (one) => one.spec.model },
  { title: "TOOLS", value: (one) => one.spec.tools.join(", ") || "-" },
  { title: "CHANGED", value: (one) => ago(one.createdAt) },
  { title: "DESCRIPTION", value: (one) => one.spec.description },
];

const list = defineCommand({
  meta: { name: "list", description: "Agents, each with its newest version" },
  args: {
    archived: { type: "boolean", description: "Deleted ones as well" },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const agents = await client.agents.list(args.archived ? { archived: true } : {});
    if (terminal.json) terminal.document(agents);
    else if (agents.items.length === 0) {
      terminal.note("No agents. Write one in a file, then: flotilla agent apply -f <file>");
    } else terminal.print(table(agents.items, columns, terminal));
  },
});

const show = defineCommand({
  meta: { name: "show", description: "One agent, as its file would be" },
  args: {
    ...nameArg,
    version: { type: "string", valueHint: "number", description: "An older one (the newest)" },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const version = integerOption("version", args.version, { min: 1 });
    const found = await client.agents.get(args.name, version);
    if (terminal.json) {
      terminal.document(found);
      return;
    }
    const changed = `v${found.version}, ${ago(found.createdAt)}`;
    terminal.note(properties([["version", changed]], { paint: terminal.paintNote }));
    terminal.write(stringify(found.spec));
  },
});

const versions = defineCommand({
  meta: { name: "versions", description: "The versions of an agent, newest first" },
  args: { ...nameArg, ...globalArgs },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const found = await client.agents.versions(args.name);
    if (terminal.json) terminal.document(found);
    else terminal.print(table(found.items, versionColumns, terminal));
  },
});

const apply = defineCommand({
  meta: { name: "apply", description: "Create agents from a file, or change them" },
  args: {
    ...applyArgs,
    note: { type: "string", valueHint: "text", description: "What the versions are for" },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const files = await readAgentFiles(args.file);
    const specs = specsToApply(files, "agent", args.check, terminal);
    if (!specs) return;
    const applied: Agent[] = [];
    for (const spec of specs) {
      const { agent: now, said } = await applyOne(client, spec, args.note);
      applied.push(now);
      if (!terminal.json) terminal.print(`${now.name} v${now.version} ${said}`);
    }
    if (terminal.json) terminal.document({ items: applied });
  },
});

async function applyOne(
  client: Client,
  spec: AgentSpec,
  note: string | undefined,
): Promise<{ agent: Agent; said: string }> {
  const before = await orNone(client.agents.get(spec.name));
  const now = await client.agents.apply(spec, { note });
  if (!before) return { agent: now, said: "created" };
  return { agent: now, said: before.version === now.version ? "unchanged" : "changed" };
}

const remove = defineCommand({
  meta: { name: "delete", description: "Retire an agent; its runs stay" },
  args: {
    ...nameArg,
    yes: { type: "boolean", alias: "y", description: "Do not ask" },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    if (!args.yes) await beSure(terminal, "Deleting", `Delete the agent ${args.name}?`);
    await client.agents.archive(args.name);
    if (terminal.json) terminal.document({ name: args.name, deleted: true });
    else terminal.print(`${args.name} is deleted; its runs stay.`);
  },
});

const test = defineCommand({
  meta: { name: "test", description: "Run an agent from its file, without saving it" },
  args: {
    file: { ...applyArgs.file, description: "YAML or JSON file of the agent, or - for stdin" },
    input: {
      type: "positional",
      required: true,
      variadic: true,
      description: "What to ask; several words are joined",
    },
    ...globalArgs,
  },
  async run({ args }): Promise<ExitCode> {
    const connection = connect(args);
    const files = await readAgentFiles(args.file);
    refuseProblems(files.problems);
    const [spec, ...others] = files.specs;
    if (!spec || others.length > 0) {
      throw new UsageError("There is not one agent in it.", "Name a file of one agent.");
    }
    const input = { text: args._.join(" ") };
    const { runId } = await connection.client.agents.tryDraft({ spec, input });
    const { terminal } = connection;
    const mode = terminal.live || terminal.json ? "live" : "text";
    return withInterrupt((signal) => {
      terminal.note(terminal.paintNote("dim", runId));
      return watchRun(connection, runId, mode, signal);
    });
  },
});

export const agent = defineCommand({
  meta: { name: "agent", description: "Agents: what they are told, their model, tools and limits" },
  subCommands: { list, show, versions, apply, test, delete: remove },
});
