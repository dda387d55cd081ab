import { parseMetadata, type RunStart } from "@flotilla/api";
import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { exitCodes, type ExitCode } from "../exit.ts";
import { outputModes, watchRun, type OutputMode } from "../follow-run.ts";
import { readTextFile } from "../input-text.ts";
import { withInterrupt } from "../interrupt.ts";
import { labelsArg, labelsOption } from "../labels.ts";
import { integerOption, UsageError, type CommandArgs } from "../usage.ts";

const args = {
  agent: { type: "positional", description: "Name of the agent", required: true },
  input: {
    type: "positional",
    required: false,
    variadic: true,
    description: "What to ask; several words are joined. Else --file, else stdin",
  },
  file: {
    type: "string",
    alias: "f",
    valueHint: "path",
    description: "Read the input from a file",
  },
  version: {
    type: "string",
    valueHint: "number",
    description: "Version of the agent (the newest)",
  },
  user: { type: "string", valueHint: "name", description: "The person or service it runs for" },
  metadata: {
    type: "string",
    valueHint: "key=value,…",
    description: "Notes that `runs list` finds it by, as customer=acme",
  },
  labels: labelsArg,
  detach: { type: "boolean", alias: "d", description: "Print the run's id and leave" },
  output: {
    type: "enum",
    options: [...outputModes],
    description: "live: tokens and tool calls; text, json: the final output only",
  },
  ...globalArgs,
  organisation: {
    type: "string",
    valueHint: "name",
    description: "For whom it runs (default)",
  },
} satisfies CommandArgs;

export const run = defineCommand({
  meta: { name: "run", description: "Run an agent and watch it. Ctrl-C detaches; the run goes on" },
  args,
  async run({ args: given }): Promise<ExitCode> {
    const connection = connect(given, "subject");
    const { client, terminal } = connection;
    const version = integerOption("version", given.version, { min: 1 });
    const text = await inputText(given._.slice(1), given.file);
    const started = await client.runs.start({
      agent: given.agent,
      input: { text },
      ...(version !== undefined && { version }),
      ...(given.organisation && { organisation: given.organisation }),
      ...(given.user && { user: given.user }),
      ...metadataOption(given.metadata),
      ...labelsOption(given.labels),
    });
    if (given.detach) {
      if (terminal.json) terminal.document(started);
      else terminal.print(started.runId);
      return exitCodes.ok;
    }
    const mode = outputMode(given.output, terminal);
    return withInterrupt((signal) => {
      terminal.note(terminal.paintNote("dim", started.runId));
      return watchRun(connection, started.runId, mode, signal);
    });
  },
});

/** Throws UsageError. */
function metadataOption(given: string | undefined): Pick<RunStart, "metadata"> {
  if (given === undefined) return {};
  const metadata = parseMetadata(given);
  if (metadata) return { metadata };
  throw new UsageError(
    `--metadata takes key=value, as customer=acme; not "${given}".`,
    "Write several with commas between them, and a comma in a value as %2C.",
  );
}

/** Whoever reads the answer in a pipe wants the answer alone. */
function outputMode(
  given: OutputMode | undefined,
  terminal: { live: boolean; json: boolean },
): OutputMode {
  return given ?? (terminal.live || terminal.json ? "live" : "text");
}

async function inputText(words: string[], file: string | undefined): Promise<string> {
  if (words.length > 0 && file !== undefined) {
    throw new UsageError("Give the input as words or with --file, not both.");
  }
  if (words.length > 0) return words.join(" ");
  if (file === undefined && process.stdin.isTTY) {
    throw new UsageError(
      "There is no input.",
      'Write it after the agent\'s name ("…"), name a file with --file, or pipe it in.',
    );
  }
  const text = (await readTextFile(file ?? "-")).trimEnd();
  if (text === "") throw new UsageError("The input is empty.");
  return text;
}
