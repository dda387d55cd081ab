import { boardEntrySchema, type BoardEntry, type RunTree } from "@flotilla/core";
import { z } from "zod";
import { storableText } from "./bounds.ts";
import { pageSchema, type Page } from "./page.ts";
import { runIdSchema } from "./run.ts";
import type { Transport } from "./transport.ts";

export const boardKeyParamsSchema = z.object({ runId: runIdSchema, key: storableText.max(64) });
export const boardSchema = pageSchema(boardEntrySchema);

const at = encodeURIComponent;

/** What the runs of a tree are, and share. */
export function treeClient(http: Transport) {
  return {
    /** The run and all that it began, with what each cost and all of them together. */
    tree: (runId: string) => http.json<RunTree>("GET", `/runs/${at(runId)}/tree`),
    /** The newest version of every key of its tree's blackboard. */
    blackboard: (runId: string) =>
      http.json<Page<BoardEntry>>("GET", `/runs/${at(runId)}/blackboard`),
    /** All versions of a key, newest first. */
    blackboardKey: (runId: string, key: string) =>
      http.json<Page<BoardEntry>>("GET", `/runs/${at(runId)}/blackboard/${at(key)}`),
  };
}
