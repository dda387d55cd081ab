import { bucketStateSchema } from "@flotilla/core";
import { z } from "zod";

/** Every bucket that has limits, or was paused, by name. */
export const limitListSchema = z.object({ items: z.array(bucketStateSchema) });
export type LimitList = z.infer<typeof limitListSchema>;
