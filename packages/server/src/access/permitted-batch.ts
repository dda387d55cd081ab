import type { Batch, Permission } from "@flotilla/core";
import type { Context } from "hono";
import type { ServerEnv } from "../app-parts.ts";
import { permit } from "./permit.ts";

/**
 * A batch that the caller sees and has the permission for; access rules name it by its name. Throws
 * `not_found` for a batch of another organisation or environment, or `forbidden`.
 */
export async function permittedBatch(
  c: Context<ServerEnv>,
  permission: Permission,
  batchId: string,
): Promise<Batch> {
  const batch = await c.var.store.batches.get(batchId);
  await permit(c, permission, batch.name);
  return batch;
}
