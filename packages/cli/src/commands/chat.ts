import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { chat as talk } from "../chat.ts";
import type { ExitCode } from "../exit.ts";
import { UsageError } from "../usage.ts";

export const chat = defineCommand({
  meta: {
    name: "chat",
    description: "Talk with an agent. Ctrl-C stops its answer; /exit ends the talk, not the thread",
  },
  args: {
    agent: { type: "positional", description: "Name of the agent", required: false },
    thread: {
      type: "string",
      valueHint: "id",
      description: "Go on with this thread instead of a new one",
    },
    model: {
      type: "string",
      valueHint: "provider/model",
      description: "In the place of the agent's own model",
    },
    user: { type: "string", valueHint: "name", description: "The person or service it runs for" },
    ...globalArgs,
  },
  async run({ args }): Promise<ExitCode> {
    const { agent, thread, model, user } = args;
    if (agent === undefined && thread === undefined) {
      throw new UsageError("Name an agent to talk with, or the --thread to go on with.");
    }
    return talk(connect(args), {
      ...(agent !== undefined && { agent }),
      ...(thread !== undefined && { thread }),
      ...(model !== undefined && { model }),
      ...(user !== undefined && { user }),
    });
  },
});
