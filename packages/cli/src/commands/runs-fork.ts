import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { exitCodes, type ExitCode } from "../exit.ts";
import { watchRun } from "../follow-run.ts";
import { forkArgs, forkRequest, runForkArgs } from "../fork-options.ts";
import { withInterrupt } from "../interrupt.ts";
import type { CommandArgs } from "../usage.ts";

const args = {
  run: { type: "positional", description: "Id of the run", required: true },
  ...forkArgs,
  ...runForkArgs,
  follow: { type: "boolean", description: "Watch it to its end" },
  ...globalArgs,
} satisfies CommandArgs;

export const fork = defineCommand({
  meta: {
    name: "fork",
    description: "Start a run that begins as this one did and goes on otherwise",
  },
  args,
  async run({ args: given, rawArgs }): Promise<ExitCode> {
    const connection = connect(given);
    const { client, terminal } = connection;
    const { runId } = await client.runs.fork(given.run, await forkRequest(given, rawArgs));
    if (given.follow) {
      return withInterrupt((signal) => {
        terminal.note(terminal.paintNote("dim", runId));
        return watchRun(connection, runId, "live", signal);
      });
    }
    if (terminal.json) terminal.document(await client.runs.get(runId));
    else {
      terminal.print(runId);
      terminal.note(`Compare it: flotilla runs compare ${given.run} ${runId}`);
    }
    return exitCodes.ok;
  },
});
