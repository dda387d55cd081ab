import { FlotillaError } from "@flotilla/core";
import type { ImapFlow } from "imapflow";
import { z } from "zod";
import { connectionArgument } from "../connection/argument.ts";
import { defineTool, type Tool } from "../tool.ts";
import { folderFor, openFolder, openMails } from "./folder.ts";
import { mailLabels, type MailAccess } from "./mail-access.ts";
import { folderSchema, mailIdSchema } from "./mail-id.ts";
import { withMailbox } from "./mailbox.ts";

const mailsSchema = z
  .array(mailIdSchema)
  .min(1)
  .max(100)
  .describe("ids from mail_search, all of one folder");

const output = z.strictObject({
  changed: z.int(),
  missing: z.int().describe("mails that are not there any more"),
});

/** Doing it again finds nothing left to do. */
const common = {
  reach: "own",
  emits: mailLabels,
  recovery: "idempotent",
  timeoutMs: 60_000,
  maxAttempts: 3,
  // What fails is mostly one connection, and not the tool.
  breaker: false,
} as const;

/** Those of the mails that are there; their folder is open. */
async function thoseThere(
  mailbox: ImapFlow,
  ids: readonly string[],
): Promise<{ folder: string; uids: number[]; missing: number }> {
  const { folder, uids } = await openMails(mailbox, ids, { readOnly: false });
  const found = await mailbox.search({ uid: uids.join(",") }, { uid: true });
  const there = found === false ? [] : (found ?? []);
  return { folder, uids: there, missing: uids.length - there.length };
}

export function mailMove({ reach }: MailAccess): Tool {
  return defineTool({
    ...common,
    name: "mail_move",
    description: "Moves mails into another folder. Use mail_delete to throw them away.",
    input: z.strictObject({
      connection: connectionArgument,
      mails: mailsSchema,
      folder: folderSchema,
    }),
    output,
    risk: "write",
    async call({ connection, mails, folder: wanted }, context) {
      const opened = await context.connection("mail", connection);
      return withMailbox(reach, opened, context.signal, async (mailbox) => {
        const { path } = await openFolder(mailbox, wanted, { readOnly: true });
        if (path === (await folderFor(mailbox, "Trash"))) {
          throw new FlotillaError("tool_input_invalid", `${path} is where mails are thrown away.`, {
            remedy: "Use mail_delete.",
          });
        }
        const { uids, missing } = await thoseThere(mailbox, mails);
        if (uids.length > 0) await mailbox.messageMove(uids, path, { uid: true });
        return { changed: uids.length, missing };
      });
    },
  });
}

export function mailFlag({ reach }: MailAccess): Tool {
  return defineTool({
    ...common,
    name: "mail_flag",
    description: "Marks mails as read or unread, flagged or not.",
    input: z.strictObject({
      connection: connectionArgument,
      mails: mailsSchema,
      read: z.boolean().optional(),
      flagged: z.boolean().optional(),
    }),
    output,
    risk: "write",
    async call({ connection, mails, read, flagged }, context) {
      if (read === undefined && flagged === undefined) {
        throw new FlotillaError("tool_input_invalid", "Say read or flagged, or both.");
      }
      const opened = await context.connection("mail", connection);
      return withMailbox(reach, opened, context.signal, async (mailbox) => {
        const { uids, missing } = await thoseThere(mailbox, mails);
        if (uids.length === 0) return { changed: 0, missing };
        const wanted = [
          [read, "\\Seen"],
          [flagged, "\\Flagged"],
        ] as const;
        for (const [isSet, flag] of wanted) {
          if (isSet === true) await mailbox.messageFlagsAdd(uids, [flag], { uid: true });
          if (isSet === false) await mailbox.messageFlagsRemove(uids, [flag], { uid: true });
        }
        return { changed: uids.length, missing };
      });
    },
  });
}

export function mailDelete({ reach }: MailAccess): Tool {
  return defineTool({
    ...common,
    name: "mail_delete",
    description: "Throws mails away: into the trash, and from there for good.",
    input: z.strictObject({ connection: connectionArgument, mails: mailsSchema }),
    output,
    risk: "destructive",
    async call({ connection, mails }, context) {
      const opened = await context.connection("mail", connection);
      return withMailbox(reach, opened, context.signal, async (mailbox) => {
        const trash = await folderFor(mailbox, "Trash");
        const { folder, uids, missing } = await thoseThere(mailbox, mails);
        if (uids.length === 0) return { changed: 0, missing };
        if (folder === trash) await mailbox.messageDelete(uids, { uid: true });
        else await mailbox.messageMove(uids, trash, { uid: true });
        return { changed: uids.length, missing };
      });
    },
  });
}
