import { FlotillaError } from "@flotilla/core";
import { z } from "zod";
import { defineTool, type Tool } from "../tool.ts";
import { readText } from "./content.ts";
import { labelWritten } from "./file-labels.ts";
import { makeChanges } from "./make-changes.ts";
import { pathSchema } from "./path.ts";
import { atPlace } from "./place.ts";
import { changingWorkspace } from "./workspace.ts";

interface Edit {
  find: string;
  replace: string;
  all: boolean;
}

const outputSchema = z.strictObject({ path: z.string(), replaced: z.int(), bytes: z.int() });

/** Running it again with the same key finds the record of the first time and edits once. */
export function filesEdit(workspaceBytes: number): Tool {
  return defineTool({
    name: "files_edit",
    description:
      "Replaces exact text in a file of the workspace. The text must occur exactly once, unless all is true. " +
      "Use files_patch for several places or files.",
    input: z.strictObject({
      path: pathSchema,
      find: z.string().min(1).max(1_048_576),
      replace: z.string().max(1_048_576),
      all: z.boolean().default(false),
    }),
    output: outputSchema,
    risk: "write",
    reach: "run",
    recovery: "idempotent",
    timeoutMs: 30_000,
    maxAttempts: 2,
    examples: [{ input: { path: "notes.md", find: "# Notes", replace: "# Minutes" } }],
    call: ({ path, ...edit }, context) =>
      changingWorkspace(context, (root) =>
        makeChanges({ root, context, workspaceBytes, noteSchema: outputSchema }, async () => {
          const before = await atPlace(root, path, ({ folder, name }) =>
            readText(folder, name, path),
          );
          const { text, replaced } = replaceText(before, edit, path);
          const after = Buffer.from(text);
          await labelWritten(context, [path], [path]);
          return {
            changes: [{ path, before: Buffer.from(before), after }],
            note: { path, replaced, bytes: after.length },
          };
        }),
      ),
  });
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

function refused(problem: string, remedy: string): FlotillaError {
  return new FlotillaError("tool_input_invalid", `Nothing was edited: ${problem}.`, { remedy });
}
