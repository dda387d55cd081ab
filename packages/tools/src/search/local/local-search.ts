import { FlotillaError } from "@flotilla/core";
import { ThreadError } from "../../thread/thread-error.ts";
import { openThreads } from "../../thread/open-threads.ts";
import type { SearchPage, SearchQuestion } from "../result.ts";
import { nameFolders } from "./folders.ts";
import type { IndexAnswer, IndexWork } from "./index-thread.ts";

const REFRESH_MS = 12_000;
const ANSWER_MS = 10_000;

const threads = openThreads<IndexWork, IndexAnswer>({
  script: new URL("./index-thread.ts", import.meta.url),
  name: "file index",
  most: 1,
  memoryBytes: 512 * 2 ** 20,
});

const days = { day: 1, week: 7, month: 31, year: 366 };
const DAY_MS = 86_400_000;

/** Search in files that the operator names, without any service. */
export interface LocalSearch {
  find(asked: SearchQuestion, now: number, signal: AbortSignal): Promise<SearchPage>;
  /** The text of a file by the URL of its result. Throws `tool_input_invalid` where there is none. */
  open(url: string, signal: AbortSignal): Promise<{ title: string; text: string }>;
}

/**
 * @param folders whose files are searched
 * @param file where the index is kept
 */
export function openLocalSearch(folders: readonly string[], file: string): LocalSearch {
  const named = nameFolders(folders);
  const run = async (ask: IndexWork["ask"], signal: AbortSignal) => {
    try {
      const work = { file, folders: named, refreshMs: REFRESH_MS, ask };
      return await threads.run(work, { timeoutMs: REFRESH_MS + ANSWER_MS, signal });
    } catch (error) {
      if (!(error instanceof ThreadError)) throw error;
      throw new FlotillaError("tool_failed", "The index of the files did not answer.", {
        transient: true,
        cause: error,
      });
    }
  };
  return {
    async find({ query, page, limit, site, within }, now, signal) {
      const since = within === undefined ? undefined : now - days[within] * DAY_MS;
      const offset = (page - 1) * limit;
      const asked = { kind: "find", query, offset, limit: limit + 1, site, since } as const;
      const answer = await run(asked, signal);
      if (answer.kind !== "found") return { results: [], hasMore: false };
      const results = answer.hits.slice(0, limit).map((hit) => ({
        title: hit.title,
        url: urlOf(hit.folder, hit.path),
        snippet: hit.snippet,
        published: new Date(hit.mtime).toISOString(),
        source: "files",
      }));
      const note = "The index is still being made: more files may be found in a moment.";
      const hasMore = answer.hits.length > limit;
      return { results, hasMore, ...(!answer.isComplete && { note }) };
    },
    async open(url, signal) {
      const [folder = "", ...path] = url
        .replace(/^files:/, "")
        .split("/")
        .map(decode);
      const answer = await run({ kind: "open", folder, path: path.join("/") }, signal);
      if (url.startsWith("files:") && answer.kind === "opened") return answer;
      throw new FlotillaError("tool_input_invalid", "There is no such file in the index.", {
        remedy: "Give the url of a result of web_search whose source is files.",
      });
    },
  };
}

function urlOf(folder: string, path: string): string {
  return `files:${[folder, ...path.split("/")].map(encodeURIComponent).join("/")}`;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
