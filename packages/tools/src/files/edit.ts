import { FlotillaError, type ToolContext } from "@flotilla/core";
import { createHash } from "node:crypto";
import { z } from "zod";
import { defineTool, type Tool } from "../tool.ts";
import { readText } from "./content.ts";
import { openBelow, type Folder } from "./folder.ts";
import { filePathOf, pathSchema, RESERVED } from "./path.ts";
import { checkQuota, replaceFile } from "./replace.ts";
import { changingWorkspace } from "./workspace.ts";

/** Written before the file changes, under the call's key: tells a repeated edit what was done. */
const recordSchema = z.object({ before: z.string(), after: z.string(), replaced: z.int() });

interface Edit {
  find: string;
  replace: string;
  all: boolean;
}

/** Running it again with the same key finds the record of the first time and edits once. */
export function filesEdit(workspaceBytes: number): Tool {
  return defineTool({
    name: "files_edit",
    description:
      "Replaces exact text in a file of the workspace. The text must occur exactly once, unless all is true.",
    input: z.strictObject({
      path: pathSchema,
      find: z.string().min(1).max(1_048_576),
      replace: z.string().max(1_048_576),
      all: z.boolean().default(false),
    }),
    output: z.strictObject({ path: z.string(), replaced: z.int(), bytes: z.int() }),
    risk: "write",
    reach: "run",
    recovery: "idempotent",
    timeoutMs: 30_000,
    maxAttempts: 2,
    examples: [{ input: { path: "notes.md", find: "# Notes", replace: "# Minutes" } }],
    call: ({ path, ...edit }, context) =>
      changingWorkspace(context, async (root) => {
        const target = filePathOf(path);
        const folder = await openBelow(root, target.folder);
        try {
          return await editFile(root, { folder, name: target.name, path }, edit, {
            record: recordName(context),
            workspaceBytes,
          });
        } finally {
          await folder.close();
        }
      }),
  });
}

async function editFile(
  root: Folder,
  target: { folder: Folder; name: string; path: string },
  edit: Edit,
  options: { record: string; workspaceBytes: number },
): Promise<{ path: string; replaced: number; bytes: number }> {
  const { folder, name, path } = target;
  const before = await readText(folder, name, path);
  const reserved = await openBelow(root, [RESERVED], { create: true });
  try {
    const record = await readRecord(reserved, options.record);
    if (record?.after === hash(before)) {
      return { path, replaced: record.replaced, bytes: Buffer.byteLength(before) };
    }
    if (record && record.before !== hash(before)) throw changedSince(path);
    const { text: after, replaced } = replaceText(before, edit, path);
    const bytes = Buffer.from(after);
    await checkQuota(root, bytes.length - Buffer.byteLength(before), options.workspaceBytes);
    const note = JSON.stringify({ before: hash(before), after: hash(after), replaced });
    const place = { folder: reserved, name: options.record, path: options.record };
    await replaceFile(root, place, Buffer.from(note));
    await replaceFile(root, target, bytes);
    return { path, replaced, bytes: bytes.length };
  } finally {
    await reserved.close();
  }
}

function replaceText(text: string, edit: Edit, path: string): { text: string; replaced: number } {
  const parts = text.split(edit.find);
  const found = parts.length - 1;
  if (edit.find === edit.replace) {
    throw refused(`find and replace are the same`, "Give the text it shall become.");
  }
  if (found === 0) {
    throw refused(`the text was not found in ${path}`, "Read the file and copy the text exactly.");
  }
  if (found > 1 && !edit.all) {
    throw refused(
      `the text occurs ${found} times in ${path}`,
      "Include more of its surroundings, or set all to true.",
    );
  }
  return { text: parts.join(edit.replace), replaced: found };
}

async function readRecord(
  reserved: Folder,
  name: string,
): Promise<z.infer<typeof recordSchema> | undefined> {
  const names = (await reserved.entries()).map((entry) => entry.name);
  if (!names.includes(name)) return undefined;
  return recordSchema.parse(JSON.parse(await readText(reserved, name, name)));
}

function recordName({ idempotencyKey }: ToolContext): string {
  return `edit-${hash(idempotencyKey).slice(0, 32)}`;
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function refused(problem: string, remedy: string): FlotillaError {
  return new FlotillaError("tool_input_invalid", `Nothing was edited: ${problem}.`, { remedy });
}

function changedSince(path: string): FlotillaError {
  return new FlotillaError(
    "tool_failed",
    `${path} has changed since this edit was cut off; whether it took place cannot be told.`,
    { remedy: "Read the file, and edit again if the change is missing." },
  );
}
