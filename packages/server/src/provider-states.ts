import { FlotillaError, type CredentialScope } from "@flotilla/core";
import type { AppParts } from "./app-parts.ts";

interface ProviderState {
  name: string;
  ready: boolean;
  problem: string | null;
}

/**
 * A provider is ready unless its key is missing; which models it has is not known here.
 *
 * @param scope whose own keys count beside those of the configuration
 */
export function providerStates(
  { models, providers }: Pick<AppParts, "models" | "providers">,
  scope?: CredentialScope,
): ProviderState[] {
  return Object.keys(providers).map((name) => {
    try {
      models.check(`${name}/any`, scope);
    } catch (error) {
      if (error instanceof FlotillaError && error.code === "credentials_missing") {
        return { name, ready: false, problem: error.remedy };
      }
    }
    return { name, ready: true, problem: null };
  });
}
