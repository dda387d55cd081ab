import { FlotillaError } from "@flotilla/core";
import { z } from "zod";
import { defineTool, type Tool } from "../tool.ts";
import { letterInput, messageIdOf, recipientsOf, writeLetter } from "./letter.ts";
import { mailLabels, type MailAccess } from "./mail-access.ts";
import { withMailbox } from "./mailbox.ts";
import { sendLetter, sendState } from "./send-letter.ts";

/**
 * Each call sends one mail, however often it is made: what became of one that was cut off is seen in the mailbox. Where
 * nobody can know, a person is asked.
 */
export function mailSend({ reach }: MailAccess): Tool {
  return defineTool({
    name: "mail_send",
    description:
      "Sends a mail from the connection's address, written in Markdown, with attachments. Use mail_draft to leave it to a person to send.",
    input: z.strictObject(letterInput),
    output: z.strictObject({
      messageId: z.string(),
      recipients: z.array(z.string()),
      rejected: z
        .array(z.string())
        .optional()
        .describe("recipients that the mail server did not take"),
    }),
    risk: "outbound",
    reach: "own",
    emits: mailLabels,
    destinations: recipientsOf,
    recovery: "reconcile",
    timeoutMs: 120_000,
    maxAttempts: 3,
    // What fails is mostly one connection, and not the tool.
    breaker: false,
    async reconcile(input, context) {
      const opened = await context.connection("mail", input.connection);
      const messageId = messageIdOf(context, opened.settings.address);
      const state = await withMailbox(reach, opened, context.signal, (mailbox) =>
        sendState(mailbox, messageId),
      );
      if (state === "unsent") return undefined;
      if (state === "sent") return { output: { messageId, recipients: recipientsOf(input) } };
      throw new FlotillaError(
        "tool_failed",
        `It is not known whether the mail ${messageId} was sent: it is in Drafts, as it was when it went out.`,
        {
          remedy:
            "If it arrived, move it to Sent; if not, delete it from Drafts. Then have the call made again: it looks there first.",
        },
      );
    },
    async call({ connection, ...input }, context) {
      const { signal } = context;
      const opened = await context.connection("mail", connection);
      const messageId = messageIdOf(context, opened.settings.address);
      const recipients = recipientsOf(input);
      return withMailbox(reach, opened, signal, async (mailbox) => {
        const letter = await writeLetter(mailbox, opened, input, context);
        const { rejected } = await sendLetter(reach, opened, mailbox, letter, signal);
        return { messageId, recipients, rejected };
      });
    },
  });
}
