import { growTree, type RunTree, type TreeRun } from "@flotilla/core";
import { defineCommand } from "citty";
import { connect, globalArgs, type Connection } from "../connection.ts";
import { exitCodes, type ExitCode } from "../exit.ts";
import { withInterrupt } from "../interrupt.ts";
import { treeText } from "../render/run-tree.ts";
import { statusWord } from "../render/status.ts";

const args = {
  run: { type: "positional", description: "Id of the run", required: true },
  follow: { type: "boolean", description: "Watch it until all of its runs have ended" },
  ...globalArgs,
} as const;

export const tree = defineCommand({
  meta: { name: "tree", description: "A run and all runs that it began, with what they cost" },
  args,
  async run({ args: given }): Promise<ExitCode> {
    const connection = connect(given);
    if (given.follow) {
      return withInterrupt((signal) => followTree(connection, given.run, signal));
    }
    printTree(connection, await connection.client.runs.tree(given.run));
    return exitCodes.ok;
  },
});

function printTree({ terminal }: Pick<Connection, "terminal">, found: RunTree): void {
  if (terminal.json) terminal.document(found);
  else terminal.print(treeText(found, terminal));
}

/** Tells of each change of a run, then prints the tree. With --json every run that changed is a line. */
async function followTree(
  connection: Connection,
  runId: string,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { client, terminal } = connection;
  const known = new Map<string, TreeRun>();
  const live = client.connect();
  try {
    for await (const changed of live.tree(runId, { signal, giveUpAfterMs: 60_000 })) {
      for (const run of changed) {
        known.set(run.runId, run);
        if (terminal.json) terminal.document(run);
        else
          terminal.note(
            `${run.runId} ${run.agentName} ${statusWord(run.status, terminal.paintNote)}`,
          );
      }
    }
  } finally {
    live.close();
  }
  const { nodes } = growTree(runId, [...known.values()]);
  if (!terminal.json) printTree(connection, await client.runs.tree(runId));
  return nodes[0]?.status === "completed" ? exitCodes.ok : exitCodes.incomplete;
}
