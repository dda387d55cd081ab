import { createHash } from "node:crypto";
import { FlotillaError, type OpenedConnection } from "@flotilla/core";
import type { ImapFlow } from "imapflow";
import { z } from "zod";
import { connectionArgument } from "../connection/argument.ts";
import { pathSchema } from "../files/path.ts";
import type { ToolCall } from "../tool.ts";
import { addressesSchema } from "./address.ts";
import { gone, openMails } from "./folder.ts";
import { mailIdSchema } from "./mail-id.ts";
import { readAttachments, type FileToSend } from "./file-to-send.ts";

/** A mail that is to go out, as it goes. */
export interface Letter {
  /** The same for every try of a call: mail servers and readers tell by it. */
  messageId: string;
  from: string;
  recipients: string[];
  bcc: string[];
  content: Buffer;
}

const subjectSchema = z
  .string()
  .min(1)
  .max(500)
  .regex(/^[^\p{Cc}\u2028\u2029]*$/u, "use one line, without control characters")
  .regex(/\S/, "write something");

/** What a mail is made of, as tools are told. */
export const letterInput = {
  connection: connectionArgument,
  to: addressesSchema.min(1),
  cc: addressesSchema.default([]),
  bcc: addressesSchema.default([]),
  subject: subjectSchema,
  body: z.string().max(200_000).describe("Markdown; it is sent as text and as HTML"),
  inReplyTo: mailIdSchema.optional().describe("id of the mail that this one answers"),
  attachments: z
    .array(
      z.union([
        z.strictObject({ path: pathSchema }),
        z.strictObject({ artifact: z.string().regex(/^art_[0-9a-z]{26}$/) }),
      ]),
    )
    .max(20)
    .default([])
    .describe("files of the workspace by path, or artifacts of the run"),
};

export interface LetterInput {
  to: string[];
  cc: string[];
  bcc: string[];
  subject: string;
  body: string;
  inReplyTo?: string | undefined;
  attachments: FileToSend[];
}

/** Everybody that it goes to. */
export function recipientsOf({ to, cc, bcc }: Pick<LetterInput, "to" | "cc" | "bcc">): string[] {
  return [...new Set([...to, ...cc, ...bcc])];
}

/** The Message-ID of what a call sends: nobody else can know it before, and no two calls have the same. */
export function messageIdOf({ idempotencyKey }: Pick<ToolCall, "idempotencyKey">, address: string) {
  const digest = createHash("sha256").update(`flotilla mail ${idempotencyKey}`).digest("hex");
  return `<${digest.slice(0, 40)}@${address.slice(address.lastIndexOf("@") + 1)}>`;
}

/** Writes the mail that a call is to send. The mailbox is asked about what it answers. */
export async function writeLetter(
  mailbox: ImapFlow,
  { settings }: Pick<OpenedConnection<"mail">, "settings">,
  input: LetterInput,
  context: ToolCall,
): Promise<Letter> {
  const { address, sender } = settings;
  const { to, cc, bcc, subject, body } = input;
  const messageId = messageIdOf(context, address);
  const thread = input.inReplyTo === undefined ? {} : await threadOf(mailbox, input.inReplyTo);
  const attachments = await readAttachments(input.attachments, context);
  const { markdownHtml } = await import("./markdown-html.ts");
  const { default: MailComposer } = await import("nodemailer/lib/mail-composer");
  const composer = new MailComposer({
    from: { name: sender ?? "", address },
    ...{ to, cc, subject, messageId, attachments, ...thread },
    date: new Date(context.clock.now()),
    text: body,
    html: markdownHtml(body),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const content = await composer.compile().build();
  return { messageId, from: address, recipients: recipientsOf(input), bcc, content };
}

/** What ties an answer to what it answers. */
async function threadOf(
  mailbox: ImapFlow,
  id: string,
): Promise<{ inReplyTo: string; references: string[] }> {
  const { uids } = await openMails(mailbox, [id], { readOnly: true });
  const wanted = { envelope: true, headers: ["references"] };
  const found = await mailbox.fetchOne(String(uids[0]), wanted, { uid: true });
  if (!found) throw gone("The mail that this one answers is not there any more");
  const inReplyTo = messageIds(found.envelope?.messageId)[0];
  if (inReplyTo === undefined) {
    throw new FlotillaError("tool_failed", "The mail that this one answers has no Message-ID.", {
      remedy: "Send it without inReplyTo.",
    });
  }
  const before = messageIds(found.headers?.toString());
  return { inReplyTo, references: [...before.slice(-20), inReplyTo] };
}

/** Only what is one, since it stands in a header of ours. */
function messageIds(text = ""): string[] {
  return text.match(/<[^<>\s\p{Cc}]{1,400}>/gu) ?? [];
}
