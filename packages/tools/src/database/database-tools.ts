import type { Reach } from "../connection/reach.ts";
import type { Tool } from "../tool.ts";
import { databaseExecute } from "./execute.ts";
import { databaseQuery } from "./query.ts";
import { databaseSchema } from "./schema.ts";

/** What agents do with databases that connections name. */
export function databaseTools(reach: Reach, maxResultBytes: number): Tool[] {
  return [
    databaseExecute(reach, maxResultBytes),
    databaseQuery(reach, maxResultBytes),
    databaseSchema(reach),
  ];
}
