import { z } from "zod";
import { environmentSchema } from "./caller.ts";
import { organisationSchema } from "./organisation.ts";
import { permissionSchema } from "./permission.ts";
import { roleSchema } from "./role.ts";

/** An API key, without its secret: that is shown once, when it is made. */
export const apiKeySchema = z.object({
  id: z.string(),
  name: z.string(),
  organisation: organisationSchema,
  environment: environmentSchema,
  role: roleSchema,
  /** It may do no more than these; null: all that the role may. */
  scopes: z.array(permissionSchema).nullable(),
  /** How the secret begins, by which its holder knows it again. */
  hint: z.string(),
  createdAt: z.iso.datetime(),
  /** The name of whoever made it. */
  createdBy: z.string(),
  /** null: never. */
  expiresAt: z.iso.datetime().nullable(),
  /** To the minute; null: never used. */
  lastUsedAt: z.iso.datetime().nullable(),
  /** Until when the secret before the last rotation is good; null: there is none. */
  formerUntil: z.iso.datetime().nullable(),
  revokedAt: z.iso.datetime().nullable(),
});
export type ApiKey = z.infer<typeof apiKeySchema>;

/** A key as somebody makes it. */
export interface NewApiKey extends Pick<ApiKey, "id" | "name" | "role" | "scopes" | "hint"> {
  hash: Uint8Array;
  createdBy: string;
  /** null: the operator of the instance or a service makes it. */
  userId: string | null;
  /** Of now; null: it does not expire. */
  ttlSeconds: number | null;
}
