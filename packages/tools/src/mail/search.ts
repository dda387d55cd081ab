import { FlotillaError } from "@flotilla/core";
import type { FetchMessageObject, ImapFlow, MessageStructureObject, SearchObject } from "imapflow";
import { z } from "zod";
import { connectionArgument } from "../connection/argument.ts";
import { defineTool, type Tool } from "../tool.ts";
import { addressesText } from "./address.ts";
import { openFolder } from "./folder.ts";
import { mailLabels, type MailAccess } from "./mail-access.ts";
import { folderSchema, mailId } from "./mail-id.ts";
import { withMailbox } from "./mailbox.ts";

const words = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}]+$/u, "use no control characters")
  .optional();
const day = z.iso.date().optional();

const foundSchema = z.strictObject({
  id: z.string().describe("for mail_read and the other mail tools"),
  from: z.string(),
  to: z.string(),
  subject: z.string(),
  date: z.string().nullable().describe("when it was sent"),
  unread: z.boolean(),
  flagged: z.boolean(),
  answered: z.boolean(),
  bytes: z.int(),
  attachments: z.int(),
});

/** The newest come first, by when they arrived. */
export function mailSearch({ reach }: MailAccess): Tool {
  return defineTool({
    name: "mail_search",
    description:
      "Searches a folder of a mailbox, the newest mails first. All conditions must hold; without any, it lists the folder. " +
      "Read a mail with mail_read.",
    input: z.strictObject({
      connection: connectionArgument,
      folder: folderSchema.default("INBOX"),
      from: words.describe("part of the sender's name or address"),
      to: words.describe("part of a recipient's name or address"),
      subject: words,
      text: words.describe("in headers or body"),
      since: day.describe("arrived on this day or later, as 2026-01-31"),
      before: day.describe("arrived before this day"),
      unread: z.boolean().optional(),
      limit: z.int().min(1).max(50).default(20),
      cursor: z
        .string()
        .regex(/^\d{1,10}$/)
        .optional()
        .describe("next of the answer before"),
    }),
    output: z.strictObject({
      folder: z.string(),
      total: z.int().describe("how many fit the conditions"),
      mails: z.array(foundSchema),
      next: z.string().nullable().describe("cursor of those that follow; null at the end"),
    }),
    risk: "read",
    reach: "own",
    emits: mailLabels,
    recovery: "idempotent",
    timeoutMs: 60_000,
    maxAttempts: 3,
    // What fails is mostly one connection, and not the tool.
    breaker: false,
    async call({ connection, folder, limit, cursor, ...asked }, context) {
      const opened = await context.connection("mail", connection);
      return withMailbox(reach, opened, context.signal, async (mailbox) => {
        const { path, uidValidity } = await openFolder(mailbox, folder, { readOnly: true });
        const uids = await search(mailbox, asked);
        const after = cursor === undefined ? uids : uids.filter((uid) => uid < Number(cursor));
        const page = after.slice(0, limit);
        const mails = await fetchAll(mailbox, page);
        const validity = String(uidValidity);
        const shown = mails.map((mail) =>
          present(mail, mailId({ folder: path, uid: mail.uid, validity })),
        );
        const next = after.length > limit ? String(page.at(-1)) : null;
        return { folder: path, total: uids.length, mails: shown, next };
      });
    },
  });
}

interface Asked {
  from?: string | undefined;
  to?: string | undefined;
  subject?: string | undefined;
  text?: string | undefined;
  since?: string | undefined;
  before?: string | undefined;
  unread?: boolean | undefined;
}

/** Numbers of mails, the newest first. */
async function search(mailbox: ImapFlow, { unread, ...asked }: Asked): Promise<number[]> {
  const query: SearchObject = {
    ...(Object.fromEntries(
      Object.entries(asked).filter(([, value]) => value !== undefined),
    ) as SearchObject),
    ...(unread !== undefined && { seen: !unread }),
  };
  const isAll = Object.keys(query).length === 0;
  const found = await mailbox.search(isAll ? { all: true } : query, { uid: true });
  if (!found) throw new FlotillaError("tool_failed", "The mail server did not take the search.");
  return found.toSorted((a, b) => b - a);
}

async function fetchAll(mailbox: ImapFlow, uids: number[]): Promise<FetchMessageObject[]> {
  if (uids.length === 0) return [];
  const wanted = { envelope: true, flags: true, size: true, bodyStructure: true } as const;
  const mails = await mailbox.fetchAll(uids, wanted, { uid: true });
  return mails.toSorted((a, b) => b.uid - a.uid);
}

function present(mail: FetchMessageObject, id: string) {
  const { envelope, flags, size = 0, bodyStructure } = mail;
  const date = envelope?.date === undefined ? undefined : new Date(envelope.date);
  return {
    id,
    from: addressesText(envelope?.from),
    to: addressesText(envelope?.to),
    subject: (envelope?.subject ?? "").slice(0, 1_000),
    date: date && !Number.isNaN(date.getTime()) ? date.toISOString() : null,
    unread: flags?.has("\\Seen") !== true,
    flagged: flags?.has("\\Flagged") === true,
    answered: flags?.has("\\Answered") === true,
    bytes: size,
    attachments: bodyStructure ? countAttachments(bodyStructure) : 0,
  };
}

function countAttachments({ disposition, childNodes = [] }: MessageStructureObject): number {
  const own = disposition?.toLowerCase() === "attachment" ? 1 : 0;
  return childNodes.reduce((sum, child) => sum + countAttachments(child), own);
}
