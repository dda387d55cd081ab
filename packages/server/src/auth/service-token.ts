import { createHash } from "node:crypto";
import {
  environmentSchema,
  organisationSchema,
  permissions,
  roleSchema,
  type Environment,
  type Log,
  type Permission,
  type Role,
} from "@flotilla/core";
import { createRemoteJWKSet, decodeJwt, jwtVerify, type JWTPayload } from "jose";
import type { TokenIssuer } from "./settings.ts";

/** A service that brings a token of an issuer that the configuration trusts. */
export interface Service {
  id: string;
  name: string;
  organisation: string;
  /** Left out: it may choose. */
  environment?: Environment;
  role: Role;
  scopes?: Permission[];
  /** Unix milliseconds. */
  expiresAt: number;
}

export interface ServiceTokens {
  /** null for a token that is not good, or of an issuer that is not trusted. */
  verify(token: string): Promise<Service | null>;
}

/** Longer ones stand in ids as their hashes. */
const longestSubject = 120;

/** A clock may be this far off. */
const clockToleranceSeconds = 30;

/**
 * Verifies tokens of services by the keys that their issuers publish. A token must have an end
 * (`exp`), a subject, and the audience that is configured; what it claims of itself may name an
 * organisation and a role only where the configuration says by which claim.
 */
export function openServiceTokens(
  issuers: readonly TokenIssuer[],
  now: () => number,
  log: Log,
): ServiceTokens {
  const known = issuers.map((issuer) => ({
    ...issuer,
    keys: createRemoteJWKSet(new URL(issuer.jwksUrl), { timeoutDuration: 5_000 }),
  }));
  return {
    async verify(token) {
      const claimed = issuerOf(token);
      for (const issuer of known.filter((one) => one.issuer === claimed)) {
        const { audience, algorithms } = issuer;
        const verified = await jwtVerify(token, issuer.keys, {
          issuer: issuer.issuer,
          audience,
          algorithms,
          clockTolerance: clockToleranceSeconds,
          currentDate: new Date(now()),
          requiredClaims: ["exp", "sub"],
        }).catch((error: Error) => {
          log.debug({ issuer: issuer.issuer, reason: error.message }, "a token is not good");
          return undefined;
        });
        const service = verified && serviceOf(issuer, verified.payload);
        if (service) return service;
      }
      return null;
    },
  };
}

/** Before anything is verified: which keys to look at. */
export function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

function serviceOf(issuer: TokenIssuer, claims: JWTPayload): Service | null {
  const claim = (name: string | undefined) => (name === undefined ? undefined : claims[name]);
  const organisation = organisationSchema.safeParse(
    claim(issuer.organisationClaim) ?? issuer.organisation,
  );
  const role = roleSchema.exclude(["owner"]).safeParse(claim(issuer.roleClaim) ?? issuer.role);
  const { sub, exp } = claims;
  if (!organisation.success || !role.success || !sub || exp === undefined) return null;
  const name = typeof claims["name"] === "string" ? claims["name"] : sub;
  const environment = environmentSchema.safeParse(issuer.environment).data;
  const scopes = issuer.scopesClaim === undefined ? undefined : scopesOf(claim(issuer.scopesClaim));
  return {
    id: serviceId(issuer.issuer, organisation.data, sub),
    name: name.slice(0, 200),
    organisation: organisation.data,
    role: role.data,
    expiresAt: exp * 1_000,
    ...(environment && { environment }),
    ...(scopes && { scopes }),
  };
}

/**
 * Of one subject of one issuer in one organisation: what is kept by the id (rates, connections, keys of
 * requests, preferences) is shared with no other.
 */
function serviceId(issuer: string, organisation: string, subject: string): string {
  const short = subject.length <= longestSubject ? subject : digest(subject);
  return `${digest(issuer).slice(0, 12)}:${organisation}:${short}`;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** What it names of what there is. A claim that is missing allows nothing. */
function scopesOf(claim: unknown): Permission[] {
  const named: unknown[] = typeof claim === "string" ? claim.split(" ") : [claim].flat();
  return permissions.filter((permission) => named.includes(permission));
}
