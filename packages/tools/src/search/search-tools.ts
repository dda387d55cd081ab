import type { Reach } from "../connection/reach.ts";
import type { Tool } from "../tool.ts";
import { openLocalSearch } from "./local/local-search.ts";
import { searchOpen } from "./search-open.ts";
import { webSearch } from "./web-search.ts";

/** Search on the web, and in the operator's files where their folders are named. */
export function searchTools(
  reach: Reach,
  settings: { searchFolders: readonly string[]; searchIndex: string; maxResultBytes: number },
): Tool[] {
  const { searchFolders, searchIndex, maxResultBytes } = settings;
  if (searchFolders.length === 0) return [webSearch(reach, undefined)];
  const local = openLocalSearch(searchFolders, searchIndex);
  return [webSearch(reach, local), searchOpen(local, maxResultBytes)];
}
