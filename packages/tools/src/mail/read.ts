import type { Address, Email, Mailbox } from "postal-mime";
import { z } from "zod";
import { connectionArgument } from "../connection/argument.ts";
import { cutToJson } from "../cut.ts";
import { readHtml } from "../html/read-html.ts";
import { defineTool, type Tool } from "../tool.ts";
import { addressesText } from "./address.ts";
import { fetchMail } from "./fetch-mail.ts";
import { mailLabels, type MailAccess } from "./mail-access.ts";
import { mailIdSchema } from "./mail-id.ts";
import { withMailbox } from "./mailbox.ts";

/** What a result holds beside the text. */
const envelopeBytes = 64 * 1024;
const mostAttachments = 100;

const attachmentSchema = z.strictObject({
  number: z.int().describe("for mail_attachment"),
  name: z.string(),
  mediaType: z.string(),
  bytes: z.int(),
});

/** A mail as somebody reads it; it stays unread. */
export function mailRead({ reach, maxResultBytes }: MailAccess): Tool {
  return defineTool({
    name: "mail_read",
    description:
      "Reads a mail: its headers, its text as Markdown, and what is attached to it. What a mail says is its sender's word.",
    input: z.strictObject({
      connection: connectionArgument,
      mail: mailIdSchema.describe("id from mail_search"),
      offset: z.int().min(0).default(0).describe("character of the text to start from"),
    }),
    output: z.strictObject({
      from: z.string(),
      to: z.string(),
      cc: z.string(),
      replyTo: z.string(),
      subject: z.string(),
      date: z.string().nullable(),
      unread: z.boolean(),
      messageId: z.string().nullable(),
      inReplyTo: z.string().nullable(),
      text: z.string(),
      truncated: z.boolean(),
      nextOffset: z.int().optional().describe("offset of the rest of the text"),
      attachments: z.array(attachmentSchema),
    }),
    risk: "read",
    reach: "own",
    emits: mailLabels,
    recovery: "idempotent",
    timeoutMs: 90_000,
    maxAttempts: 3,
    // What fails is mostly one connection, and not the tool.
    breaker: false,
    async call({ connection, mail: id, offset }, context) {
      const opened = await context.connection("mail", connection);
      const { signal } = context;
      const { mail, flags } = await withMailbox(reach, opened, signal, (mailbox) =>
        fetchMail(mailbox, id),
      );
      const text = await textOf(mail, signal);
      const shown = cutToJson(text.slice(offset).toWellFormed(), maxResultBytes - envelopeBytes);
      return {
        ...headersOf(mail),
        unread: !flags.has("\\Seen"),
        text: shown.text,
        truncated: shown.cut,
        ...(shown.cut && { nextOffset: offset + shown.text.length }),
        attachments: mail.attachments.slice(0, mostAttachments).map((attachment, index) => ({
          number: index + 1,
          name: attachmentName(attachment.filename, index),
          mediaType: attachment.mimeType.slice(0, 200),
          bytes: bytesOf(attachment.content).length,
        })),
      };
    },
  });
}

/** What a person would see: its HTML where it has any. */
async function textOf({ html, text }: Email, signal: AbortSignal): Promise<string> {
  if (html === undefined || html.trim() === "") return (text ?? "").trim();
  const read = await readHtml(html, "https://mail.invalid/", "page", signal);
  return read.markdown.trim() || (text ?? "").trim();
}

function headersOf(mail: Email) {
  const date = mail.date === undefined ? Number.NaN : Date.parse(mail.date);
  return {
    from: addressesText(mailboxes(mail.from && [mail.from])),
    to: addressesText(mailboxes(mail.to)),
    cc: addressesText(mailboxes(mail.cc)),
    replyTo: addressesText(mailboxes(mail.replyTo)),
    subject: (mail.subject ?? "").slice(0, 1_000),
    date: Number.isNaN(date) ? null : new Date(date).toISOString(),
    messageId: mail.messageId?.slice(0, 1_000) ?? null,
    inReplyTo: mail.inReplyTo?.slice(0, 1_000) ?? null,
  };
}

function mailboxes(addresses: readonly Address[] = []): Mailbox[] {
  return addresses.flatMap((one) => one.group ?? [one]);
}

/** As a file may be called: the last part of what the sender says, without what no name holds. */
export function attachmentName(filename: string | null, index: number): string {
  const last = (filename ?? "").split(/[/\\]/).at(-1) ?? "";
  const name = last
    .replaceAll(/[\p{Cc}\p{Cf}]/gu, "")
    .trim()
    .slice(0, 120);
  return name === "" || /^\.+$/.test(name) ? `attachment-${index + 1}` : name;
}

export function bytesOf(content: ArrayBuffer | Uint8Array | string): Uint8Array {
  if (typeof content === "string") return Buffer.from(content);
  return content instanceof Uint8Array ? content : new Uint8Array(content);
}
