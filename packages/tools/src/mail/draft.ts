import { z } from "zod";
import { defineTool, type Tool } from "../tool.ts";
import { findByMessageId, folderFor } from "./folder.ts";
import { letterInput, messageIdOf, writeLetter } from "./letter.ts";
import { mailLabels, type MailAccess } from "./mail-access.ts";
import { mailId } from "./mail-id.ts";
import { withMailbox } from "./mailbox.ts";
import { ownCopy } from "./send-letter.ts";

/** Running it again finds the draft in its place. */
export function mailDraft({ reach }: MailAccess): Tool {
  return defineTool({
    name: "mail_draft",
    description:
      "Puts a mail into the mailbox's drafts, for a person to look at and send. Nobody gets it yet.",
    input: z.strictObject(letterInput),
    output: z.strictObject({
      id: z.string().describe("for the other mail tools"),
      messageId: z.string(),
      folder: z.string(),
    }),
    risk: "write",
    reach: "own",
    emits: mailLabels,
    recovery: "idempotent",
    timeoutMs: 90_000,
    maxAttempts: 3,
    // What fails is mostly one connection, and not the tool.
    breaker: false,
    async call({ connection, ...input }, context) {
      const opened = await context.connection("mail", connection);
      const messageId = messageIdOf(context, opened.settings.address);
      return withMailbox(reach, opened, context.signal, async (mailbox) => {
        const folder = await folderFor(mailbox, "Drafts");
        const known = await findByMessageId(mailbox, folder, messageId);
        if (known.length === 0) {
          const letter = await writeLetter(mailbox, opened, input, context);
          await mailbox.append(folder, ownCopy(letter), ["\\Draft", "\\Seen"]);
        }
        const [uid = 0] =
          known.length > 0 ? known : await findByMessageId(mailbox, folder, messageId);
        const { uidValidity } = await mailbox.mailboxOpen(folder);
        return { id: mailId({ folder, uid, validity: String(uidValidity) }), messageId, folder };
      });
    },
  });
}
