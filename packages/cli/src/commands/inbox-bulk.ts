import type { InboxAnswering } from "@flotilla/api";
import { interruptKinds, type InterruptKind } from "@flotilla/core";
import { defineCommand } from "citty";
import { beSure } from "../be-sure.ts";
import { connect, globalArgs } from "../connection.ts";
import { choiceWord, UsageError } from "../usage.ts";

export const filterArgs = {
  kind: {
    type: "enum",
    options: [...interruptKinds] as InterruptKind[],
    description: "Only these",
  },
  agent: { type: "string", valueHint: "name", description: "Only of this agent" },
  tool: { type: "string", valueHint: "name", description: "Only calls of this tool" },
  batch: { type: "string", valueHint: "id", description: "Only of this batch" },
  assignee: { type: "string", valueHint: "who", description: "A member's id, me, or none" },
} as const;

type FilterArgs = Partial<Record<keyof typeof filterArgs, string>>;

export function filterOf({ kind, agent, tool, batch, assignee }: FilterArgs) {
  return {
    ...(kind && { kind: kind as InterruptKind }),
    ...(agent && { agent }),
    ...(tool && { tool }),
    ...(batch && { batchId: batch }),
    ...(assignee && { assignee }),
  };
}

const actions = ["approve", "reject", "redo", "fail"] as const;

function answerOf(action: (typeof actions)[number], reason: string | undefined) {
  if (action === "approve" || action === "redo") return { action } as const;
  if (reason === undefined) throw new UsageError(`${action} takes a --reason; the model is told.`);
  return { action, reason } as const;
}

export const bulk = defineCommand({
  meta: { name: "bulk", description: "Give all that a filter finds the same answer" },
  args: {
    action: { type: "positional", description: actions.join(", "), required: true },
    reason: { type: "string", description: "Of reject and fail" },
    ...filterArgs,
    yes: { type: "boolean", alias: "y", description: "Do not ask" },
    ...globalArgs,
  },
  async run({ args }) {
    const answer = answerOf(choiceWord("answer", args.action, actions), args.reason);
    const filter = filterOf(args);
    const { client, terminal } = connect(args);
    if (!args.yes) {
      await beSure(terminal, "Answering many", `${answer.action} all that the filter finds?`);
    }
    const sum = { answered: 0, refused: 0 };
    const reasons = new Set<string>();
    let ask: InboxAnswering | null = { answer, filter };
    while (ask) {
      const { answered, refusedCount, refused, next, raisedBefore } =
        await client.inbox.answer(ask);
      sum.answered += answered;
      sum.refused += refusedCount;
      for (const { detail } of refused) reasons.add(detail);
      ask = next && raisedBefore ? { answer, filter, next, raisedBefore } : null;
    }
    if (terminal.json) return terminal.document(sum);
    terminal.print(`${sum.answered} answered, ${sum.refused} not.`);
    for (const reason of [...reasons].slice(0, 10)) terminal.note(reason);
  },
});
