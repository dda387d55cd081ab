import { FlotillaError, type Run } from "@flotilla/core";
import type { Connection } from "./connection.ts";
import { exitCodes, type ExitCode } from "./exit.ts";
import { prettyOutput } from "./render/run.ts";
import { treeText } from "./render/run-tree.ts";
import { createRunView } from "./render/run-view.ts";

/**
 * What goes to stdout while a run is followed. `live`: everything, as it happens. `text` and
 * `json`: the final output only; what happens is told on stderr.
 */
export const outputModes = ["live", "text", "json"] as const;
export type OutputMode = (typeof outputModes)[number];

/**
 * Follows a run to its end, from its first event. With --json every event is a line on
 * stdout, unless `mode` asks for the output alone. Throws when the signal
 * is aborted; the run itself goes on.
 */
async function followRun(
  { client, terminal }: Connection,
  runId: string,
  mode: OutputMode,
  signal: AbortSignal,
): Promise<ExitCode> {
  const live = mode === "live";
  const view = live ? createRunView(terminal.paint) : createRunView(terminal.paintNote, false);
  const connection = client.connect();
  const stream = connection.run(runId, {
    signal,
    giveUpAfterMs: 60_000,
    onReconnecting: (lost) =>
      terminal.note(lost ? "Connection lost; trying again…" : "Connected again."),
  });
  try {
    for await (const event of stream) {
      const text = view.show(event);
      if (!live) terminal.writeNote(text);
      else if (terminal.json) terminal.document(event);
      else terminal.write(text);
    }
  } finally {
    connection.close();
  }
  const { run } = view;
  if (!run) throw new FlotillaError("not_found", `Run ${runId} has no events.`);
  if (live && !terminal.json && run.children.length > 0) {
    terminal.print(`\n${treeText(await client.runs.tree(runId), terminal)}`);
  }
  if (mode === "json" && run.status === "completed") terminal.document(run.output);
  if (mode === "text" && run.status === "completed") terminal.print(prettyOutput(run.output));
  return endCode(run);
}

function endCode(run: Pick<Run, "status">): ExitCode {
  return run.status === "completed" ? exitCodes.ok : exitCodes.incomplete;
}

/**
 * Follows a run until it ends. When the signal is aborted it says how to come back, and
 * throws.
 */
export async function watchRun(
  connection: Connection,
  runId: string,
  mode: OutputMode,
  signal: AbortSignal,
): Promise<ExitCode> {
  try {
    return await followRun(connection, runId, mode, signal);
  } catch (error) {
    if (signal.aborted) connection.terminal.note(`\n${wayBack(runId)}`);
    throw error;
  }
}

function wayBack(runId: string): string {
  return [
    `The run goes on. Follow it: flotilla runs follow ${runId}`,
    `Cancel it: flotilla runs cancel ${runId}`,
  ].join("\n");
}
