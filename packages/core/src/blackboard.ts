import { z } from "zod";
import { jsonSchema, type Json } from "./json.ts";
import { labelsSchema, type Label } from "./label.ts";

/** A version of a key that the runs of a tree share. */
export const boardEntrySchema = z.object({
  key: z.string(),
  version: z.int().positive(),
  value: jsonSchema,
  by: z.object({ runId: z.string(), agentName: z.string() }),
  /** Of what its writer had read. */
  labels: labelsSchema.default([]),
  at: z.iso.datetime(),
});
export type BoardEntry = z.infer<typeof boardEntrySchema>;

/** What a call writes. */
export interface BoardWrite {
  rootId: string;
  key: string;
  /** The newest version that the writer knows; 0: none. */
  version: number;
  value: Json;
  runId: string;
  agentName: string;
  callId: string;
  labels: Label[];
}
