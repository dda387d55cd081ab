import { z } from "zod";

/** Everything up to then was seen: the moment of the newest that was shown. */
export const newsSeenSchema = z.strictObject({ until: z.iso.datetime() });
export type NewsSeen = z.infer<typeof newsSeenSchema>;
