import { z } from "zod";
import { roleSchema } from "./role.ts";

/** Somebody who is of an organisation, and what he is to it. */
export const memberSchema = z.object({
  userId: z.string(),
  /** null: no account of that id is known. */
  name: z.string().nullable(),
  email: z.string().nullable(),
  role: roleSchema,
  joinedAt: z.iso.datetime(),
});

export type Member = z.infer<typeof memberSchema>;
