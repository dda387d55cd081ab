import { FlotillaError } from "@flotilla/core";
import { filePathOf } from "../files/path.ts";
import { readWorkspaceFile } from "../files/whole-file.ts";
import type { ToolCall } from "../tool.ts";

/** A file of the workspace, or an artifact of the run. */
export type FileToSend = { path: string } | { artifact: string };

/** Of all files of a mail together: what mail servers take. */
const mostBytes = 20 * 2 ** 20;

export interface Attached {
  filename: string;
  content: Buffer;
  contentType?: string;
}

/** What a mail has attached. Throws `tool_failed` when it is too much. */
export async function readAttachments(
  files: readonly FileToSend[],
  context: ToolCall,
): Promise<Attached[]> {
  const attached: Attached[] = [];
  let bytes = 0;
  for (const file of files) {
    const next = await ("path" in file
      ? readFile(file.path, context)
      : readArtifact(file.artifact, context));
    bytes += next.content.length;
    if (bytes > mostBytes) {
      throw new FlotillaError("tool_failed", `The attachments have more than ${mostBytes} bytes.`, {
        remedy: "Attach less, or send several mails.",
      });
    }
    attached.push(next);
  }
  return attached;
}

async function readFile(path: string, context: ToolCall): Promise<Attached> {
  const content = await readWorkspaceFile(path, context);
  const { name } = filePathOf(path);
  return { filename: plain(name), content };
}

async function readArtifact(id: string, context: ToolCall): Promise<Attached> {
  const { artifact, text } = await context.artifact(id);
  const content = Buffer.from(text);
  // What is no text was not kept as one.
  if (content.length !== artifact.bytes) {
    throw new FlotillaError("tool_failed", `The artifact ${id} is no text.`, {
      remedy: "Attach it as a file of the workspace.",
    });
  }
  return { filename: plain(artifact.name), content, contentType: plain(artifact.mediaType) };
}

/** It stands in a header. */
function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, " ");
}
