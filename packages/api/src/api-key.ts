import { apiKeySchema, permissionSchema, roleSchema } from "@flotilla/core";
import { z } from "zod";
import { longPageQuerySchema, pageSchema } from "./page.ts";
import { lineText } from "./bounds.ts";

const longestDays = 3_650;
const longestGraceHours = 24 * 30;

export const keyParamsSchema = z.object({
  keyId: z.string().regex(/^key_[0-9a-z]{26}$/, "not a key's id"),
});

/** A key for programs, in the organisation and environment of whoever makes it. */
export const keyCreateSchema = z.strictObject({
  name: lineText.trim().min(1).max(100),
  role: roleSchema.default("operator"),
  /** It may do no more than these. Default: all that the role may. */
  scopes: z.array(permissionSchema).min(1).optional(),
  /** null: never. */
  expiresInDays: z.number().positive().max(longestDays).nullable().default(90),
});
export type KeyCreate = z.input<typeof keyCreateSchema>;

export const keyRotateSchema = z.strictObject({
  /** How long the present secret is good beside the new one. */
  graceHours: z.number().min(0).max(longestGraceHours).default(24),
});
export type KeyRotate = z.input<typeof keyRotateSchema>;

export const keyListQuerySchema = longPageQuerySchema.extend({
  /** Revoked ones too. */
  revoked: z.stringbool().default(false),
});
export type KeyListQuery = { revoked?: boolean };

export const keyListSchema = pageSchema(apiKeySchema);

/** A key with its secret, which is not shown again. */
export const keyMadeSchema = apiKeySchema.extend({ secret: z.string() });
export type KeyMade = z.infer<typeof keyMadeSchema>;
