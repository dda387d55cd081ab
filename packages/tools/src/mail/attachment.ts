import { FlotillaError } from "@flotilla/core";
import { z } from "zod";
import { connectionArgument } from "../connection/argument.ts";
import { pathSchema } from "../files/path.ts";
import { writeWorkspaceFile } from "../files/whole-file.ts";
import { defineTool, type Tool } from "../tool.ts";
import { fetchMail } from "./fetch-mail.ts";
import { mailLabels, type MailAccess } from "./mail-access.ts";
import { mailIdSchema } from "./mail-id.ts";
import { withMailbox } from "./mailbox.ts";
import { attachmentName, bytesOf } from "./read.ts";

/** Running it again replaces the file by the same one. */
export function mailAttachment({ reach, workspaceBytes }: MailAccess): Tool {
  return defineTool({
    name: "mail_attachment",
    description:
      "Puts an attachment of a mail into the workspace, or keeps it as an artifact where no path is given.",
    input: z.strictObject({
      connection: connectionArgument,
      mail: mailIdSchema.describe("id from mail_search"),
      number: z.int().min(1).max(1_000).describe("of the attachment, from mail_read"),
      path: pathSchema.optional(),
    }),
    output: z.strictObject({
      name: z.string(),
      mediaType: z.string(),
      bytes: z.int(),
      path: z.string().optional(),
      artifact: z.string().optional(),
    }),
    // What it changes is the run's own.
    risk: "write",
    reach: "run",
    emits: mailLabels,
    recovery: "idempotent",
    timeoutMs: 120_000,
    maxAttempts: 3,
    // What fails is mostly one connection, and not the tool.
    breaker: false,
    async call({ connection, mail: id, number, path }, context) {
      const opened = await context.connection("mail", connection);
      const { mail } = await withMailbox(reach, opened, context.signal, (mailbox) =>
        fetchMail(mailbox, id),
      );
      const found = mail.attachments[number - 1];
      if (!found) {
        throw new FlotillaError("tool_input_invalid", `The mail has no attachment ${number}.`, {
          remedy: `It has ${mail.attachments.length}; mail_read names them.`,
        });
      }
      const content = bytesOf(found.content);
      const name = attachmentName(found.filename, number - 1);
      const about = { name, mediaType: found.mimeType.slice(0, 200), bytes: content.length };
      if (path !== undefined) {
        await writeWorkspaceFile(path, content, workspaceBytes, context, mailLabels);
        return { ...about, path };
      }
      const { id: artifact } = await context.keep({ name, mediaType: about.mediaType, content });
      return { ...about, artifact };
    },
  });
}
