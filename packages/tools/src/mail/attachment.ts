import { lstat } from "node:fs/promises";
import { FlotillaError } from "@flotilla/core";
import { z } from "zod";
import { connectionArgument } from "../connection/argument.ts";
import { ignore, openBelow, type Folder } from "../files/folder.ts";
import { filePathOf, pathSchema } from "../files/path.ts";
import { checkQuota, replaceFile } from "../files/replace.ts";
import { changingWorkspace } from "../files/workspace.ts";
import { defineTool, type Tool, type ToolCall } from "../tool.ts";
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
        await writeFile(path, content, workspaceBytes, context);
        return { ...about, path };
      }
      const { id: artifact } = await context.keep({ name, mediaType: about.mediaType, content });
      return { ...about, artifact };
    },
  });
}

async function writeFile(
  path: string,
  content: Uint8Array,
  workspaceBytes: number,
  context: ToolCall,
): Promise<void> {
  await changingWorkspace(context, async (root) => {
    const { folder: segments, name } = filePathOf(path);
    const folder = await openBelow(root, segments, { create: true });
    try {
      const old = await sizeOf(folder, name);
      await checkQuota(root, content.length - old, workspaceBytes);
      await replaceFile(root, { folder, name, path }, Buffer.from(content));
    } finally {
      await folder.close();
    }
  });
  await context.fileLabels.keep([path], [...context.labels, ...mailLabels]);
}

async function sizeOf(folder: Folder, name: string): Promise<number> {
  const stat = await lstat(folder.at(name)).catch(ignore("ENOENT"));
  return stat?.isFile() ? stat.size : 0;
}
