import type { Client } from "@flotilla/api";
import { interruptStates, userOf, type InterruptState } from "@flotilla/core";
import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { findInterrupt } from "../find-interrupt.ts";
import { printPage } from "../print-page.ts";
import { inboxTable, interruptDetails } from "../render/interrupt.ts";
import { integerOption, UsageError } from "../usage.ts";
import { answer, approve, edit, interruptArgs, reject } from "./inbox-answer.ts";
import { bulk, filterArgs, filterOf } from "./inbox-bulk.ts";

const list = defineCommand({
  meta: { name: "list", description: "What waits for people, the oldest first" },
  args: {
    ...filterArgs,
    mine: { type: "boolean", description: "Only what you are asked yourself" },
    state: {
      type: "enum",
      options: [...interruptStates] as InterruptState[],
      description: "Not the open ones but these, the newest first",
    },
    limit: { type: "string", valueHint: "number", default: "50", description: "How many" },
    cursor: { type: "string", description: "Go on from an earlier page" },
    ...globalArgs,
  },
  async run({ args }) {
    const limit = integerOption("limit", args.limit, { min: 1, max: 1_000 });
    const { client, terminal } = connect(args);
    const page = await client.inbox.list({
      ...filterOf(args),
      ...(args.mine && { mine: "true" }),
      ...(args.state && { state: args.state }),
      ...(args.cursor && { cursor: args.cursor }),
      limit,
    });
    printPage(page, terminal, "Nothing waits for anybody.", (items) => inboxTable(items, terminal));
  },
});

const show = defineCommand({
  meta: { name: "show", description: "What one is about, and what was said about it" },
  args: { ...interruptArgs, ...globalArgs },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const found = await findInterrupt(client, args.interrupt, args.run);
    const { items } = await client.interrupts.comments(found.runId, found.interruptId);
    if (terminal.json) terminal.document({ ...found, said: items });
    else terminal.print(interruptDetails(found, items, terminal));
  },
});

const assign = defineCommand({
  meta: { name: "assign", description: "Make one person the only one who may answer" },
  args: {
    ...interruptArgs,
    user: { type: "positional", description: "A member's id, me, or none", required: true },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const { runId, interruptId } = await findInterrupt(client, args.interrupt, args.run);
    const userId = args.user === "none" ? null : await memberOf(client, args.user);
    const assigned = await client.interrupts.assign(runId, interruptId, userId);
    if (terminal.json) terminal.document(assigned);
    else terminal.print(`${interruptId} is ${userId ? `assigned to ${userId}` : "nobody's"}.`);
  },
});

async function memberOf(client: Client, user: string): Promise<string> {
  if (user !== "me") return user;
  const { caller } = await client.me();
  const id = userOf(caller);
  if (id !== undefined) return id;
  throw new UsageError(`${caller.name} is no member.`, "Name one: flotilla members lists them.");
}

const comment = defineCommand({
  meta: { name: "comment", description: "Say something about it to those who look at it" },
  args: {
    ...interruptArgs,
    text: { type: "positional", description: "What", required: true },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const { runId, interruptId } = await findInterrupt(client, args.interrupt, args.run);
    const said = await client.interrupts.comment(runId, interruptId, args.text);
    if (terminal.json) terminal.document(said);
    else terminal.print("It is there.");
  },
});

export const inbox = defineCommand({
  meta: { name: "inbox", description: "What waits for people: approvals, questions, outcomes" },
  default: "list",
  subCommands: { list, show, approve, reject, edit, answer, assign, comment, bulk },
});
