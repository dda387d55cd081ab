import { z } from "zod";
import type { JsonObject } from "./json.ts";

/**
 * Somebody whom his company's identity provider knows: his identity token is exchanged there for a grant to act for him at the server's
 * authorization server (SEP-990, cross-app access). Both credentials must be logins at the host of the provider's token endpoint.
 */
export const mcpIdentitySchema = z.strictObject({
  /** The provider, as its tokens name it. */
  issuer: z.url({ protocol: /^https?$/, error: "not an http or https URL" }).max(2_000),
  /** The platform, as it is registered there. */
  clientId: z.string().min(1).max(2_000),
  /** The credential that holds the platform's secret there; left out: it has none. */
  credential: z.string().min(1).max(100).optional(),
  /** The credential that holds the identity token. */
  token: z.string().min(1).max(100),
});

/** Where the platform signs in at an MCP server's authorization server, and as whom. */
export const mcpOauthSchema = z
  .strictObject({
    /** `person`: somebody signs in, once. `client`: the platform does by itself, as the client. */
    as: z.enum(["person", "client"]).default("person"),
    /** Left out: the platform registers itself there. */
    clientId: z.string().min(1).max(2_000).optional(),
    /**
     * The credential that holds the client's secret, or its private key in PKCS #8, without the lines around it. Its
     * binding must let it be a login at the host of the token endpoint.
     */
    credential: z.string().min(1).max(100).optional(),
    /** The credential is a private key, which signs so instead of being sent. */
    signs: z.enum(["ES256", "ES384", "RS256", "PS256"]).optional(),
    /** Left out: what the server asks for. */
    scope: z.string().min(1).max(1_000).optional(),
    /** Whom the client acts for. */
    identity: mcpIdentitySchema.optional(),
  })
  .refine(
    (it) => it.as === "person" || (it.clientId !== undefined && it.credential !== undefined),
    {
      path: ["clientId"],
      error: "a client that signs in by itself needs a clientId and a credential",
    },
  )
  .refine((it) => it.identity === undefined || it.as === "client", {
    path: ["identity"],
    error: "whom it acts for is said of a client that signs in by itself",
  })
  .refine((it) => it.credential === undefined || it.clientId !== undefined, {
    path: ["clientId"],
    error: "say whose secret the credential is",
  });
export type McpOauth = z.output<typeof mcpOauthSchema>;

/** A sign-in at a server's authorization server, as it is shown. */
export const mcpSignInSchema = z.object({
  /** Why somebody has to sign in; null: nobody has to. */
  needed: z.string().nullable(),
  /** Who signed in, and when; null: nobody has. */
  by: z.string().nullable(),
  at: z.iso.datetime().nullable(),
  /** Where the tokens are from. */
  issuer: z.string().nullable(),
  /** What they are good for, as far as that was said. */
  scope: z.string().nullable(),
  /** What the server asks for beside that. */
  wantedScope: z.string().nullable(),
  /** When the token in use ends. It is renewed before, where that can be. */
  expiresAt: z.iso.datetime().nullable(),
});
export type McpSignIn = z.infer<typeof mcpSignInSchema>;

/** What is kept of a sign-in, sealed. */
export interface McpSignInSecrets {
  /** As RFC 6749 has them, with the issuer they are from. */
  tokens: JsonObject;
  /** The client as it is registered there. */
  client: JsonObject;
  /** Where its endpoints are. */
  discovery: JsonObject;
  /** RFC 8707: what the tokens are for. */
  resource: string | null;
  /** Where people are sent back to; a client that was registered with another is registered anew. */
  redirectUri: string | null;
  /** Milliseconds since 1970; null: it was not said. */
  expiresAt: number | null;
}

/** Of which server, and of which way of reaching it: tokens for one address go to no other. */
export interface McpSignInPlace {
  id: string;
  organisation: string;
  environment: string;
  hash: string;
}

export interface KeptMcpSignIn {
  /** It rises with every new set of tokens. */
  version: number;
  /** null: there are none. */
  secrets: McpSignInSecrets | null;
  /** Why somebody has to sign in; null: nobody has to. */
  needed: string | null;
}

/** Where sign-ins at MCP servers are kept, for all processes. */
export interface McpSignInPort {
  /** Undefined: nobody has signed in, and nobody was asked to. */
  read(place: McpSignInPlace): Promise<KeptMcpSignIn | undefined>;
  /** Takes the right to renew that version for so long; false: somebody else has it, or there is a newer one. */
  claim(place: McpSignInPlace, version: number, leaseMs: number): Promise<boolean>;
  /** Gives it back, and nothing has changed. */
  release(place: McpSignInPlace, version: number): Promise<void>;
  /** Keeps new tokens in place of that version. Returns false when there is a newer one. */
  keep(place: McpSignInPlace, version: number, secrets: McpSignInSecrets): Promise<boolean>;
  /** Somebody has to sign in, unless there is a version newer than that; those who look after it are told. */
  need(
    place: McpSignInPlace & { name: string },
    needed: { version: number; reason: string; wantedScope: string | null },
  ): Promise<void>;
}
