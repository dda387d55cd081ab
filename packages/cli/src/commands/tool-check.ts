import type { FileReport, ToolCheck } from "@flotilla/tools";
import { defineCommand } from "citty";
import { globalArgs } from "../connection.ts";
import { exitCodes, type ExitCode } from "../exit.ts";
import { openTerminal, type Terminal } from "../terminal.ts";

const { json, color } = globalArgs;

export const toolCheck = defineCommand({
  meta: {
    name: "check",
    description: "Hold tool files against the contract of tools, without a running platform",
  },
  args: {
    path: { type: "positional", description: "A tool file, or a folder of them", required: true },
    json,
    color,
  },
  async run({ args }): Promise<ExitCode> {
    const terminal = openTerminal(args);
    const { checkFiles } = await import("@flotilla/tools");
    const reports = await checkFiles(args.path);
    if (terminal.json) terminal.document(reports);
    else for (const report of reports) printReport(report, terminal);
    return reports.every(({ ok }) => ok) ? exitCodes.ok : exitCodes.error;
  },
});

function printReport({ file, error, tools }: FileReport, terminal: Terminal): void {
  const { paint } = terminal;
  terminal.print(paint("bold", file));
  if (error) terminal.print(`  ${paint("red", "✗")} ${error.message}\n    ${error.remedy}`);
  for (const { tool, checks } of tools) {
    terminal.print(`  ${tool}`);
    for (const check of checks) terminal.print(`    ${lineOf(check, terminal)}`);
  }
}

function lineOf({ name, outcome, problems }: ToolCheck, { paint }: Terminal): string {
  if (outcome === "passed") return `${paint("green", "✓")} ${name}`;
  if (outcome === "skipped") return paint("dim", `- ${name}: skipped, ${problems.join("; ")}`);
  return [`${paint("red", "✗")} ${name}`, ...problems.map((one) => `      ${one}`)].join("\n");
}
