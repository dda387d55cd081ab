import { z } from "zod";
import { environmentSchema } from "./caller.ts";
import { organisationSchema } from "./organisation.ts";

/** Unique within an organisation's environment; what placeholders and rules name. */
export const credentialNameSchema = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9_.-]{0,62}[a-z0-9])?$/,
    "use 1 to 64 of a-z, 0-9 and _ . - (not at the ends)",
  );

/** `provider`: a model provider's key. `basic`: `user:password`. */
export const credentialKindSchema = z.enum(["provider", "header", "basic", "generic"]);
export type CredentialKind = z.infer<typeof credentialKindSchema>;

const label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const exactHost = new RegExp(`^(?:${label}(?:\\.${label})*|\\[[0-9a-f:.]+\\])(?::\\d{1,5})?$`);
const suffixHost = new RegExp(`^\\*\\.${label}(?:\\.${label})+(?::\\d{1,5})?$`);

/**
 * A host as URLs write it, with its port where it is not that of the scheme; or `*.` and a domain of at
 * least two labels, for every name below it.
 */
const hostPatternSchema = z
  .string()
  .max(260)
  .toLowerCase()
  .refine(
    (host) => exactHost.test(host) || suffixHost.test(host),
    "use a host such as api.example.com, 127.0.0.1:8080, or *.example.com",
  );

/** As HTTP names headers, in lower case; those that frame a message cannot hold a secret. */
const headerNameSchema = z
  .string()
  .max(100)
  .toLowerCase()
  .regex(/^[a-z0-9!#$%&'*+.^_`|~-]+$/, "not a header's name")
  .refine(
    (name) => !/^(host|connection|content-length|transfer-encoding|te|upgrade|trailer)$/.test(name),
    "a credential cannot be placed there",
  );

export const httpMethods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;

/** Where a secret may go. Everything else is refused, whoever asks. */
export const credentialBindingSchema = z
  .strictObject({
    hosts: z.array(hostPatternSchema).min(1).max(20),
    methods: z
      .array(z.enum(httpMethods))
      .min(1)
      .default([...httpMethods]),
    /** Headers that may hold it. */
    headers: z.array(headerNameSchema).max(10).default([]),
    /** Parameters of the URL that may hold it. */
    query: z.array(z.string().min(1).max(100)).max(10).default([]),
    /** It may be the login of connections to these hosts, each with its port where that is not 443. */
    login: z.literal(true).optional(),
  })
  .refine(({ headers, query, login }) => login === true || headers.length + query.length > 0, {
    path: ["headers"],
    error: "name a header or a query parameter that may hold it, or let it be a login",
  });
export type CredentialBinding = z.infer<typeof credentialBindingSchema>;

/** What the last test said; null while there was none. */
export const credentialTestSchema = z.object({
  ok: z.boolean(),
  /** What it was refused with; empty when it was taken. */
  message: z.string(),
  at: z.iso.datetime(),
});
export type CredentialTest = z.infer<typeof credentialTestSchema>;

/** A stored secret, named, and never shown again. */
export const credentialSchema = z.object({
  id: z.string(),
  organisation: organisationSchema,
  environment: environmentSchema,
  name: credentialNameSchema,
  kind: credentialKindSchema,
  /** Of a `provider` credential: which provider's calls take it. */
  provider: z.string().nullable(),
  description: z.string(),
  binding: credentialBindingSchema,
  /** The version in use, from 1; it rises whenever the secret is replaced. */
  version: z.int(),
  /** The key of the vault that its data key is wrapped with. */
  keyId: z.string(),
  createdBy: z.string(),
  createdAt: z.iso.datetime(),
  /** When the version in use was set. */
  rotatedAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime().nullable(),
  test: credentialTestSchema.nullable(),
});
export type Credential = z.infer<typeof credentialSchema>;

/** One use of a credential: which run, by what, to where. */
export const credentialUseSchema = z.object({
  credentialId: z.string(),
  version: z.int(),
  at: z.iso.datetime(),
  /** Of the run that it was used for; null for a test. */
  runId: z.string().nullable(),
  /** The tool, or `model` for a model call, or `test`. */
  by: z.string(),
  host: z.string(),
  method: z.string(),
  /** Whether it was placed; false: it was refused there. */
  allowed: z.boolean(),
  /** Uses alike that came together. */
  uses: z.int(),
});
export type CredentialUse = z.infer<typeof credentialUseSchema>;

/** Whose credentials a call may use. */
export interface CredentialScope {
  organisation: string;
  environment: z.infer<typeof environmentSchema>;
}
