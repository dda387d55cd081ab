import { lstat, readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { unionLabels, type Label, type ToolContext } from "@flotilla/core";
import { ignore } from "../files/folder.ts";
import { unknownLabels } from "../files/file-labels.ts";

/** A clock of files may be behind the one of the process by a tick. */
const tickMs = 50;

/**
 * What a program can have read, which is all files of the workspace: the call's result has their labels.
 * Answers them with those of the run: what the program writes has these.
 */
export async function labelReadable(context: ToolContext, workspace: string): Promise<Label[]> {
  const paths = await filesBelow(workspace);
  let labels = [...context.labels];
  if (paths.length === 0) return labels;
  const noted = await context.fileLabels.all();
  for (const path of paths) labels = unionLabels(labels, noted.get(path) ?? unknownLabels);
  context.label(...labels);
  return labels;
}

/**
 * Notes the labels of files that were changed since: the time of their status tells, which no program can set. A file
 * that was handed over to the program for the first time counts as changed.
 */
export async function labelChanged(
  context: ToolContext,
  workspace: string,
  since: number,
  labels: readonly Label[],
): Promise<void> {
  const changed: string[] = [];
  for (const path of await filesBelow(workspace)) {
    const about = await lstat(join(workspace, path)).catch(ignore("ENOENT"));
    if (about && about.ctimeMs >= since - tickMs) changed.push(path);
  }
  if (changed.length > 0) await context.fileLabels.keep(changed, labels);
}

/** Of everything that is no folder, with `/`; no link is followed. */
async function filesBelow(workspace: string): Promise<string[]> {
  const entries = await readdir(workspace, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(workspace, join(entry.parentPath, entry.name)));
}
