import { bucketStateSchema } from "@flotilla/core";
import type { z } from "zod";
import { pageSchema } from "./page.ts";

/** Every bucket that has limits, or was paused, by name. */
export const limitListSchema = pageSchema(bucketStateSchema);
export type LimitList = z.infer<typeof limitListSchema>;
