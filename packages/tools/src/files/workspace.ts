import type { ToolContext } from "@flotilla/core";
import { withFileLock } from "./file-lock.ts";
import { openRoot, type Folder } from "./folder.ts";

/** The last piece of work of each workspace that is being changed. */
const tails = new Map<string, Promise<void>>();

/** Gives the work the run's workspace, held open while it lasts. */
export async function inWorkspace<T>(
  context: ToolContext,
  work: (root: Folder) => Promise<T>,
): Promise<T> {
  const root = await openRoot(await context.workspace());
  try {
    return await work(root);
  } finally {
    await root.close();
  }
}

/**
 * As `inWorkspace`, one piece of work after the other: parallel calls of a step neither
 * lose each other's edits nor pass the quota together. One process owns a run; of a workspace that runs share
 * the lock is held too.
 */
export async function changingWorkspace<T>(
  context: ToolContext,
  work: (root: Folder) => Promise<T>,
): Promise<T> {
  const path = await context.workspace();
  const turn = (tails.get(path) ?? Promise.resolve()).then(() => {
    context.signal.throwIfAborted();
    const { workspaceLock, signal } = context;
    if (workspaceLock === undefined) return inWorkspace(context, work);
    return withFileLock(workspaceLock, signal, () => inWorkspace(context, work));
  });
  const tail = turn.then(
    () => undefined,
    () => undefined,
  );
  tails.set(path, tail);
  void tail.then(() => tails.get(path) === tail && tails.delete(path));
  return turn;
}
