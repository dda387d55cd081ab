import { runCommand } from "citty";
import manifest from "../package.json" with { type: "json" };
import { resolveCommand, type Resolved } from "./command-tree.ts";
import { entries } from "./entries.ts";
import { exitCodes, type ExitCode } from "./exit.ts";
import { helpPage } from "./help-page.ts";
import { openTerminal, plain, type Terminal } from "./terminal.ts";
import { checkCommandLine, type CommandArgs } from "./usage.ts";

/**
 * Runs one command line (without `node` and the script). Never throws: what goes wrong is
 * told on stderr and in the exit code.
 */
export async function runCommandLine(argv: string[]): Promise<ExitCode> {
  const given = argv.includes("--") ? argv.slice(0, argv.indexOf("--")) : argv;
  const terminal = openTerminal({
    json: given.includes("--json"),
    color: !given.includes("--no-color"),
  });
  let path: string[] = [];
  try {
    if (given[0] === "--version" || given[0] === "-v") {
      terminal.print(manifest.version);
      return exitCodes.ok;
    }
    const isHelp = (word: string) => word === "--help" || word === "-h";
    const asksHelp = given.some(isHelp) || given[0] === "help";
    const words = given[0] === "help" ? argv.slice(1) : argv;
    const resolved = await resolveCommand(
      asksHelp ? words.filter((word) => !isHelp(word)) : words,
      entries,
    );
    path = resolved.path;
    if (asksHelp || argv.length === 0) {
      terminal.print(await helpPage(resolved, terminal.paint !== plain));
      return exitCodes.ok;
    }
    if (resolved.byDefault) return await execute({ ...resolved, command: resolved.byDefault });
    if (resolved.isGroup) {
      terminal.note(await helpPage(resolved, terminal.paintNote !== plain));
      return exitCodes.usage;
    }
    return await execute(resolved);
  } catch (error) {
    return report(error, path, terminal);
  }
}

async function execute({ command, rawArgs }: Resolved): Promise<ExitCode> {
  const args = typeof command.args === "function" ? await command.args() : await command.args;
  checkCommandLine(rawArgs, (args ?? {}) as CommandArgs);
  const { result } = await runCommand(command, { rawArgs });
  return (result as ExitCode | undefined) ?? exitCodes.ok;
}

async function report(error: unknown, path: string[], terminal: Terminal): Promise<ExitCode> {
  const { describeFailure, failureDocument, failureText } = await import("./failure.ts");
  const failure = describeFailure(error, path);
  if (process.env.FLOTILLA_DEBUG === "1") console.error(error);
  if (terminal.json) terminal.note(JSON.stringify(failureDocument(failure)));
  else terminal.note(terminal.paintNote("red", failureText(failure)));
  return failure.exit;
}
