import { bucketStateSchema } from "@flotilla/core";
import { z } from "zod";
import { statusSchema } from "./status.ts";

/** The figures of the platform: its status, and its buckets of provider capacity. */
export const fleetSchema = statusSchema.extend({ buckets: z.array(bucketStateSchema) });
export type Fleet = z.infer<typeof fleetSchema>;

/** Those figures that are others than before; the first one has all of them. */
export const fleetChangeSchema = fleetSchema.partial();
export type FleetChange = z.infer<typeof fleetChangeSchema>;
