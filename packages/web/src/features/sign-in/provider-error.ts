import type { ErrorRecord } from "@flotilla/core";

const refusals: Record<string, [message: string, remedy: string]> = {
  not_invited: [
    "The provider knows you, but you are not invited here.",
    "Ask an owner or admin of the organisation for an invitation.",
  ],
  domain_not_allowed: [
    "Addresses of your domain are not let in here.",
    "Sign in at the provider with the address of your organisation.",
  ],
  email_not_verified: [
    "The provider has not verified your e-mail address.",
    "Verify it at the provider, then sign in again.",
  ],
  access_denied: [
    "The provider was not allowed to tell who you are.",
    "Sign in again, and agree at the provider's page.",
  ],
};

/** What a provider's sign-in came back with. */
export function providerError(code: string): ErrorRecord {
  const [message, remedy] = refusals[code] ?? [
    "Signing in at the provider did not work.",
    "Try again; if it persists, ask whoever runs this server to look at its log.",
  ];
  return { code: "unauthenticated", message, remedy, class: "permanent" };
}
