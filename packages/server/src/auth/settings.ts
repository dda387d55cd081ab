import { environmentSchema, organisationSchema, roleSchema } from "@flotilla/core";
import { z } from "zod";
import { httpUrl } from "../http/settings.ts";

/** A provider of sign-in: OpenID Connect, or OAuth 2.0 with its three addresses. Always with PKCE. */
export const oidcProviderSchema = z
  .strictObject({
    /** Part of the address that the provider sends people back to: `/api/auth/callback/<id>`. */
    id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,38}$/, "use 1 to 39 of a-z, 0-9 and -"),
    /** What the button says. Default: the id. */
    name: z.string().min(1).max(80).optional(),
    /** Its discovery document is at `<issuer>/.well-known/openid-configuration`. */
    issuer: httpUrl.optional(),
    discoveryUrl: httpUrl.optional(),
    authorizationUrl: httpUrl.optional(),
    tokenUrl: httpUrl.optional(),
    userInfoUrl: httpUrl.optional(),
    clientId: z.string().min(1),
    /** The variable that holds the client's secret. Left out: a public client. */
    clientSecretEnv: z.string().min(1).optional(),
    scopes: z.array(z.string().min(1)).default(["openid", "email", "profile"]),
    /** Where people who come for the first time become members, with `defaultRole`. */
    organisation: organisationSchema.default("default"),
    /** Left out: only people who are members or invited may sign in. */
    defaultRole: roleSchema.exclude(["owner"]).optional(),
    /** Only verified addresses of these domains may sign in. Left out: of any. */
    allowedDomains: z
      .array(z.string().regex(/^[a-z0-9.-]+$/, "give domains like example.com"))
      .min(1)
      .optional(),
  })
  .refine(
    (one) =>
      one.issuer || one.discoveryUrl || (one.authorizationUrl && one.tokenUrl && one.userInfoUrl),
    { error: "give an issuer, a discoveryUrl, or authorizationUrl, tokenUrl and userInfoUrl" },
  )
  .refine((one) => !one.defaultRole || one.allowedDomains, {
    path: ["allowedDomains"],
    error:
      "needed with defaultRole: without it, everybody with an account there would become a member",
  });
export type OidcProvider = z.output<typeof oidcProviderSchema>;

/** Whose tokens are accepted as `Authorization: Bearer`, beside the platform's own. */
export const tokenIssuerSchema = z
  .strictObject({
    issuer: z.string().min(1),
    jwksUrl: httpUrl,
    audience: z.string().min(1),
    /** Most signing algorithms in use; never a symmetric one. */
    algorithms: z
      .array(
        z.enum(["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]),
      )
      .min(1)
      .default(["RS256", "ES256", "EdDSA"]),
    /** The organisation of its services; or the claim that names it. */
    organisation: organisationSchema.optional(),
    organisationClaim: z.string().min(1).optional(),
    environment: environmentSchema.optional(),
    /** The role of its services; or the claim that names it. */
    role: roleSchema.exclude(["owner"]).optional(),
    roleClaim: z.string().min(1).optional(),
    /** A claim that names the permissions, as a list or separated by spaces; those alone are allowed. */
    scopesClaim: z.string().min(1).optional(),
  })
  .refine((one) => one.organisation ?? one.organisationClaim, {
    path: ["organisation"],
    error: "give the organisation, or the organisationClaim that names it",
  })
  .refine((one) => one.role ?? one.roleClaim, {
    path: ["role"],
    error: "give the role, or the roleClaim that names it",
  });
export type TokenIssuer = z.output<typeof tokenIssuerSchema>;

/** The settings of sign-in, as they stand in the configuration. */
export const authSettings = {
  signIn: z.enum(["none", "required"]).optional().meta({
    description:
      "Whether callers must be known ([sign-in.md](sign-in.md)): `none` or `required`. Without it whoever reaches the server is its operator, so on any other address than loopback it is always required.",
    unset: "`none` on loopback",
  }),
  publicUrl: httpUrl
    .transform((url) => url.replace(/\/+$/, ""))
    .optional()
    .describe(
      "The address that people open, with the path that a proxy adds. Needed where the server is not on loopback.",
    ),
  secret: z.string().min(32, "use 32 characters or more").optional().meta({
    description:
      "Signs cookies and encrypts second factors; 32 characters or more. Servers that share a database need the same one.",
    unset: "made once, in `<home>/secret`",
  }),
  openRegistration: z
    .stringbool()
    .or(z.boolean())
    .default(false)
    .describe("Whether anybody may make himself an account. It is a member of nothing yet."),
  oidc: z
    .array(oidcProviderSchema)
    .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, {
      error: "two providers have the same id",
    })
    .default([])
    .meta({
      description:
        "Providers of sign-in: OpenID Connect and OAuth 2.0 ([sign-in.md](sign-in.md#providers)); JSON in the environment.",
      unset: "none",
    }),
  jwt: z.array(tokenIssuerSchema).default([]).meta({
    description:
      "Whose tokens are accepted from services ([sign-in.md](sign-in.md#tokens-of-services)); JSON in the environment.",
    unset: "none",
  }),
};
