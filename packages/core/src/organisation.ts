import { z } from "zod";

/** For whom something runs: it shares provider capacity, budgets and costs are kept by it. */
export const organisationSchema = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/,
    "use 1 to 64 of a-z, 0-9 and - (not at the ends)",
  );

export const defaultOrganisation = "default";

/** A person or service within an organisation. */
export const userSchema = z
  .string()
  .regex(/^[\w.@+-]{1,200}$/, "use 1 to 200 of letters, digits and . @ + - _");

/** Those who share agents, runs, budgets and costs; nobody else sees them. */
export const organisationDetailsSchema = z.object({
  id: organisationSchema,
  name: z.string(),
  createdAt: z.iso.datetime(),
});

export type Organisation = z.infer<typeof organisationDetailsSchema>;
