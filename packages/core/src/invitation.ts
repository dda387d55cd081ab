import { z } from "zod";
import { organisationSchema } from "./organisation.ts";
import { roleSchema } from "./role.ts";

/** An e-mail address as it is kept: without upper case, so that nobody has two accounts by it. */
export const emailSchema = z
  .email("give an e-mail address")
  .max(200)
  .transform((email) => email.toLowerCase());

/** The offer to somebody to become a member. Its link is shown once, when it is made. */
export const invitationSchema = z.object({
  id: z.string(),
  organisation: organisationSchema,
  email: z.string(),
  role: roleSchema,
  status: z.enum(["open", "accepted", "revoked", "expired"]),
  createdAt: z.iso.datetime(),
  /** The name of whoever invited. */
  createdBy: z.string(),
  expiresAt: z.iso.datetime(),
});
export type Invitation = z.infer<typeof invitationSchema>;

export interface NewInvitation extends Pick<Invitation, "id" | "email" | "role" | "createdBy"> {
  hash: Uint8Array;
  ttlSeconds: number;
}
