import { FlotillaError, type OpenedConnection } from "@flotilla/core";
import { z } from "zod";
import type { Reach } from "../connection/reach.ts";
import { defineTool, type Tool, type ToolCall } from "../tool.ts";
import type { LocalSearch } from "./local/local-search.ts";
import { periods, searchResultSchema, type SearchPage, type SearchQuestion } from "./result.ts";
import { askService } from "./service.ts";

/** Searches the web by a connection of the kind `search`, or the operator's own files; each result is labelled by where it is from. */
export function webSearch(reach: Reach, local: LocalSearch | undefined): Tool {
  return defineTool({
    name: "web_search",
    description:
      "Searches the web, or the files of the organisation where there are any, and returns titles, addresses and snippets. Read a page " +
      "with http_fetch, and a file (files:…) with search_open.",
    input: z.strictObject({
      query: z.string().min(1).max(400).describe('words; "a phrase" in quotes'),
      in: z
        .enum(["web", "files"])
        .optional()
        .describe("left out: the web, or the files where no search service is connected"),
      page: z.int().min(1).max(50).default(1),
      limit: z.int().min(1).max(20).default(10),
      site: z
        .string()
        .max(253)
        .regex(/^[^\s"]+$/, "name one site, such as example.org")
        .optional()
        .describe("results of this site alone, or of this folder of files"),
      within: z.enum(periods).optional().describe("published within the last …"),
      connection: z.string().max(64).optional().describe("name of the search connection"),
    }),
    output: z.strictObject({
      results: z.array(searchResultSchema),
      hasMore: z.boolean(),
      note: z.string().optional(),
    }),
    risk: "read",
    reach: "own",
    recovery: "idempotent",
    timeoutMs: 30_000,
    maxAttempts: 3,
    async call({ in: place, connection, site, within, ...asked }, context) {
      const question = { ...asked, site, within };
      const service = place === "files" ? undefined : await find(context, connection, place, local);
      if (service) {
        context.label("web");
        return askService(reach, service, question, context.signal);
      }
      return searchFiles(local, question, context);
    },
  });
}

/** Where no service is connected, and none is asked for, the files are searched. */
async function find(
  context: ToolCall,
  name: string | undefined,
  place: "web" | undefined,
  local: LocalSearch | undefined,
): Promise<OpenedConnection<"search"> | undefined> {
  try {
    return await context.connection("search", name);
  } catch (error) {
    const isNone = error instanceof FlotillaError && error.code === "tool_failed";
    if (local && isNone && place === undefined && name === undefined) return undefined;
    throw error;
  }
}

async function searchFiles(
  local: LocalSearch | undefined,
  question: SearchQuestion,
  context: ToolCall,
): Promise<SearchPage> {
  if (!local) {
    throw new FlotillaError("tool_failed", "There are no files to search.", {
      remedy: "An operator names their folders with the setting searchFolders.",
    });
  }
  context.label("document", "private");
  return local.find(question, context.clock.now(), context.signal);
}
