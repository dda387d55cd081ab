import {
  credentialBindingSchema,
  credentialKindSchema,
  credentialNameSchema,
  credentialSchema,
  credentialUseSchema,
} from "@flotilla/core";
import { z } from "zod";
import { pageSchema } from "./page.ts";
import { storableText } from "./bounds.ts";

export const credentialParamsSchema = z.object({ name: credentialNameSchema });

const largestSecret = 16_384;

/**
 * Sets a credential, or a new version of it. The secret is sealed and never answered; without it only
 * the description of a known credential can change, since a secret must not go where its owner did not say.
 */
export const credentialSetSchema = z
  .strictObject({
    kind: credentialKindSchema,
    /** Of kind `provider`: whose calls take it. */
    provider: z
      .string()
      .regex(/^[a-z0-9][a-z0-9_-]*$/)
      .optional(),
    description: storableText.max(500).default(""),
    /** Default: for a provider where it is called, for kind `header` and `basic` the header authorization. */
    binding: credentialBindingSchema.optional(),
    /** Of kind `basic`: `user:password`. */
    secret: z.string().min(8, "use 8 characters or more").max(largestSecret).optional(),
  })
  .refine(({ kind, provider }) => (kind === "provider") === (provider !== undefined), {
    path: ["provider"],
    error: "name the provider for kind provider, and for no other",
  })
  .refine(
    ({ kind, secret }) => kind !== "basic" || secret === undefined || /^[^:]*:./.test(secret),
    {
      path: ["secret"],
      error: "give user:password",
    },
  )
  .refine(({ kind, binding }) => kind === "provider" || binding !== undefined, {
    path: ["binding"],
    error: "say to which hosts, and in which headers or parameters, it may go",
  });
export type CredentialSet = z.input<typeof credentialSetSchema>;

export const credentialListSchema = pageSchema(credentialSchema);
export const credentialUsesSchema = z.object({ items: z.array(credentialUseSchema) });

export const credentialUsesQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});

/** The keys of the vault, and how many versions of credentials each wraps. */
export const vaultSchema = z.object({
  /** null while the vault has no key. */
  currentKeyId: z.string().nullable(),
  keys: z.array(z.object({ keyId: z.string(), versions: z.int(), isCurrent: z.boolean() })),
});
export type VaultState = z.infer<typeof vaultSchema>;

const cursorSchema = z.strictObject({
  credentialId: z.string().max(64),
  version: z.int().nonnegative(),
});

export const vaultRewrapSchema = z.strictObject({
  /** `next` of the answer before; left out at the beginning. */
  after: cursorSchema.optional(),
});
export type VaultRewrap = z.input<typeof vaultRewrapSchema>;

export const vaultRewrappedSchema = z.object({
  rewrapped: z.int(),
  /** Could not be opened, and are as they were; the log says why. */
  failed: z.int(),
  /** null when that was the last chunk. */
  next: cursorSchema.nullable(),
});
export type VaultRewrapped = z.infer<typeof vaultRewrappedSchema>;
