import type { BetterAuthOptions } from "better-auth";
import type { OidcProvider } from "./settings.ts";

type Library = NonNullable<BetterAuthOptions["user"]>["validateUserInfo"];
type Identity = Parameters<NonNullable<Library>>[0];

/** What decides whether somebody who comes from a provider of sign-in is let in. */
export interface AdmissionParts {
  oidc: readonly OidcProvider[];
  openRegistration: boolean;
  /** Whether an invitation for the address is open. */
  isInvited(email: string): Promise<boolean>;
}

/** Why somebody is not let in; the codes go to the page that asked. */
export interface Refusal {
  error: string;
  errorDescription: string;
}

/**
 * Whether an identity may become a user, be joined to one, or sign in again. A provider's word for an e-mail
 * address is taken only where it says that it has verified it, so that nobody comes in under an
 * address of somebody else.
 */
export async function admitUser(
  parts: AdmissionParts,
  { user, source }: Identity,
): Promise<Refusal | undefined> {
  if (source.method !== "oauth") return undefined;
  const provider = parts.oidc.find(({ id }) => id === source.oauth?.providerId);
  if (!provider) return refused("provider_unknown", "This provider of sign-in is not configured.");
  const email = user.email?.toLowerCase() ?? "";
  const claim = source.oauth?.profile?.["email_verified"];
  const isVerified = claim === true || claim === "true";
  if (provider.allowedDomains) {
    const domain = email.slice(email.lastIndexOf("@") + 1);
    if (!isVerified || !provider.allowedDomains.includes(domain)) {
      return refused("domain_not_allowed", "Addresses of this domain may not sign in here.");
    }
  }
  if (source.action === "sign-in") return undefined;
  if (!isVerified) {
    return refused("email_not_verified", "The provider has not verified this e-mail address.");
  }
  if (source.action === "link-account" || provider.defaultRole || parts.openRegistration) {
    return undefined;
  }
  if (await parts.isInvited(email)) return undefined;
  return refused("not_invited", "Nobody has invited this e-mail address.");
}

function refused(error: string, errorDescription: string): Refusal {
  return { error, errorDescription };
}
