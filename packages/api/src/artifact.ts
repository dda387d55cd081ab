import { artifactSchema } from "@flotilla/core";
import { z } from "zod";
import { pageSchema } from "./page.ts";

export const artifactParamsSchema = z.object({
  artifactId: z.string().regex(/^art_[0-9a-z]{26}$/, "not an artifact id"),
});

export const artifactListSchema = pageSchema(artifactSchema);
