import type { Client, DeadLettersDiscard, DeadLettersSettled } from "@flotilla/api";
import { deadLetterCauseSchema, jsonObjectSchema, type RunChanges } from "@flotilla/core";
import { defineCommand } from "citty";
import { beSure } from "../be-sure.ts";
import { connect, globalArgs } from "../connection.ts";
import { count } from "../render/number.ts";
import type { Terminal } from "../terminal.ts";
import { integerOption, repeatedOption, UsageError, type CommandArgs } from "../usage.ts";

const whichArgs = {
  letters: {
    type: "positional",
    description: "Ids of letters",
    required: false,
    variadic: true,
  } as const,
  group: { type: "string", valueHint: "fingerprint", description: "All letters of this group" },
  batch: { type: "string", valueHint: "id", description: "All letters of this batch" },
  agent: { type: "string", valueHint: "name", description: "All letters of this agent" },
  cause: {
    type: "enum",
    options: [...deadLetterCauseSchema.options],
    description: "All letters of this cause",
  },
  all: { type: "boolean", description: "All letters" },
  yes: { type: "boolean", alias: "y", description: "Do not ask" },
} satisfies CommandArgs;

interface Which {
  _: string[];
  group?: string;
  batch?: string;
  agent?: string;
  cause?: RunsOf["cause"];
  all?: boolean;
  yes?: boolean;
}
type RunsOf = Pick<DeadLettersDiscard, "fingerprint" | "batchId" | "agent" | "cause">;

/** Either some letters by id, or a filter that matches many. Throws UsageError. */
function whichOf({ _: ids, group, batch, agent, cause, all }: Which): string[] | RunsOf {
  const filter: RunsOf = {
    ...(group && { fingerprint: group }),
    ...(batch && { batchId: batch }),
    ...(agent && { agent }),
    ...(cause && { cause }),
  };
  const isFilter = all === true || Object.keys(filter).length > 0;
  if (isFilter === ids.length > 0) {
    throw new UsageError(
      isFilter ? "Name letters or say which, not both." : "Which letters?",
      "Give ids, or --group, --batch, --agent, --cause, --all.",
    );
  }
  return isFilter ? filter : ids;
}

/** Does it to all that match, in as many requests as it takes. */
async function settleAll(
  settle: (until: string | undefined) => Promise<DeadLettersSettled>,
): Promise<number> {
  let settled = await settle(undefined);
  let sum = settled.count;
  while (settled.isMore) {
    settled = await settle(settled.until);
    sum += settled.count;
  }
  return sum;
}

function tell(terminal: Terminal, done: string, sum: number): void {
  if (terminal.json) terminal.document({ count: sum });
  else terminal.print(`${count(sum)} ${sum === 1 ? "letter is" : "letters are"} ${done}.`);
}

async function sure(terminal: Terminal, args: Which, doing: string): Promise<void> {
  if (!args.yes) await beSure(terminal, doing, `${doing} every letter that matches?`);
}

export const replay = defineCommand({
  meta: {
    name: "replay",
    description: "Go on from the step that failed; nothing that was completed is repeated",
  },
  args: {
    ...whichArgs,
    version: { type: "string", valueHint: "number", description: "With this agent version" },
    model: { type: "string", valueHint: "provider/model", description: "With this model" },
    "tool-result": {
      type: "string",
      valueHint: "call=json",
      description: "Take this as the call's result; may be repeated. One letter only",
    },
    ...globalArgs,
  },
  async run({ args, rawArgs }) {
    const which = whichOf(args);
    const changes = changesOf(args, repeatedOption("tool-result", rawArgs));
    const { client, terminal } = connect(args);
    if (Array.isArray(which)) {
      await replayEach(client, which, changes);
      return tell(terminal, "replayed", which.length);
    }
    const { toolResults, ...forAll } = changes;
    if (toolResults) throw new UsageError("--tool-result is for one letter.", "Give its id.");
    await sure(terminal, args, "Replaying");
    const body = { ...which, ...(Object.keys(forAll).length > 0 && { changes: forAll }) };
    const replayed = await settleAll((until) =>
      client.deadLetters.replayAll({ ...body, ...(until && { until }) }),
    );
    tell(terminal, "replayed", replayed);
  },
});

async function replayEach(client: Client, ids: string[], changes: RunChanges): Promise<void> {
  if (changes.toolResults && ids.length > 1) {
    throw new UsageError("--tool-result is for one letter.", "Give one id.");
  }
  const replayed = Object.keys(changes).length > 0 ? { changes } : {};
  for (const id of ids) await client.deadLetters.replay(id, replayed);
}

function changesOf(
  { version, model }: { version?: string; model?: string },
  results: string[],
): RunChanges {
  const agentVersion = integerOption("version", version, { min: 1 });
  const toolResults = results.map((result) => {
    const [, callId = "", json = ""] = /^([^=]+)=([^]*)$/.exec(result) ?? [];
    try {
      return { callId, output: JSON.parse(json) };
    } catch {
      throw new UsageError(`--tool-result takes call=json, not "${result}".`);
    }
  });
  return {
    ...(agentVersion !== undefined && { agentVersion }),
    ...(model && { model }),
    ...(toolResults.length > 0 && { toolResults }),
  };
}

export const correct = defineCommand({
  meta: {
    name: "correct",
    description: "Take other data for a bad row; its batch works on it, also when it was completed",
  },
  args: {
    letter: { type: "positional", description: "Id of the letter", required: true },
    data: {
      type: "string",
      valueHint: "json",
      required: true,
      description: "The row as it should be",
    },
    ...globalArgs,
  },
  async run({ args }) {
    const data = jsonObjectSchema.safeParse(jsonOf(args.data));
    if (!data.success) throw new UsageError(`--data takes a JSON object, not "${args.data}".`);
    const { client, terminal } = connect(args);
    const corrected = await client.deadLetters.correct(args.letter, data.data);
    if (terminal.json) terminal.document(corrected);
    else terminal.print(`Row ${corrected.row} of ${corrected.batchId} is worked on now.`);
  },
});

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const discard = defineCommand({
  meta: { name: "discard", description: "Put letters away, with the reason" },
  args: {
    ...whichArgs,
    reason: { type: "string", valueHint: "text", required: true, description: "Why" },
    ...globalArgs,
  },
  async run({ args }) {
    const which = whichOf(args);
    const { reason } = args;
    const { client, terminal } = connect(args);
    if (Array.isArray(which)) {
      for (const id of which) await client.deadLetters.discard(id, reason);
      return tell(terminal, "discarded", which.length);
    }
    await sure(terminal, args, "Discarding");
    const discarded = await settleAll((until) =>
      client.deadLetters.discardAll({ ...which, reason, ...(until && { until }) }),
    );
    tell(terminal, "discarded", discarded);
  },
});
