import { z } from "zod";
import { artifactRefSchema } from "./artifact.ts";
import { errorRecordSchema } from "./error.ts";
import { jsonSchema } from "./json.ts";
import { labelsSchema } from "./label.ts";

/** What a call came to in the run that a fork is made from. */
export const recordedCallSchema = z.object({
  tool: z.string(),
  input: jsonSchema,
  output: jsonSchema,
  artifact: artifactRefSchema.optional(),
  error: errorRecordSchema.optional(),
  labels: labelsSchema.optional(),
});
export type RecordedCall = z.infer<typeof recordedCallSchema>;
