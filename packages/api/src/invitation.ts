import { emailSchema, invitationSchema, roleSchema } from "@flotilla/core";
import { z } from "zod";
import { longPageQuerySchema, pageSchema } from "./page.ts";
import { lineText } from "./bounds.ts";

export const invitationParamsSchema = z.object({
  invitationId: z.string().regex(/^inv_[0-9a-z]{26}$/, "not an invitation's id"),
});

/** In place of an open one for the same address. */
export const invitationCreateSchema = z.strictObject({
  email: emailSchema,
  role: roleSchema.default("viewer"),
  expiresInDays: z.number().positive().max(30).default(7),
});
export type InvitationCreate = z.input<typeof invitationCreateSchema>;

export const invitationListQuerySchema = longPageQuerySchema.extend({
  /** Those that were accepted, revoked or have expired, too. */
  closed: z.stringbool().default(false),
});

export const invitationListSchema = pageSchema(invitationSchema);

/** An invitation with its link, which is not shown again. */
export const invitationMadeSchema = invitationSchema.extend({ link: z.string() });
export type InvitationMade = z.infer<typeof invitationMadeSchema>;

const token = z.string().min(1).max(200);
const password = z.string().min(10, "use 10 characters or more").max(200);
const personName = lineText.trim().min(1).max(100);

/** What the link of an invitation says, for the page that it opens. */
export const invitationOpenSchema = z.strictObject({ token });
export const invitationOpenedSchema = invitationSchema
  .pick({ organisation: true, email: true, role: true, createdBy: true, expiresAt: true })
  .extend({
    /** An account with this address is there: its person signs in first, then accepts. */
    hasAccount: z.boolean(),
  });
export type InvitationOpened = z.infer<typeof invitationOpenedSchema>;

/** Name and password make an account; who is signed in under the invited address leaves them out. */
export const invitationAcceptSchema = z.strictObject({
  token,
  name: personName.optional(),
  password: password.optional(),
});
export type InvitationAccept = z.input<typeof invitationAcceptSchema>;

/** The first owner's account; for an address that has one, its new password. */
export const adminLinkAcceptSchema = z.strictObject({
  token,
  name: personName,
  email: emailSchema,
  password,
});
export type AdminLinkAccept = z.input<typeof adminLinkAcceptSchema>;

/** Who came in; the session is in the answer's cookie. */
export const joinedSchema = z.object({
  userId: z.string(),
  organisation: z.string(),
  role: roleSchema,
  /** He was a member already: `role` is the one that he had and keeps, whatever the invitation offered. */
  keptRole: z.boolean(),
});
export type Joined = z.infer<typeof joinedSchema>;
