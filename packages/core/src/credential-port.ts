import type { ConnectionLogin, Endpoint } from "./connection.ts";
import type { CredentialScope } from "./credential.ts";
import { FlotillaError } from "./error.ts";
import { placeholdersOf } from "./placeholder.ts";

/** A request on its way out, with placeholders in it. */
export interface OutgoingRequest {
  url: URL;
  method: string;
  /** Names in lower case. */
  headers: Record<string, string>;
}

/** For whom and what a credential is used; it stands in the usage log. */
export interface CredentialUser extends CredentialScope {
  runId: string | null;
  /** The tool, or `model`. */
  by: string;
}

/** The way of secrets out of the vault. */
export interface CredentialPort {
  /**
   * The request with its placeholders replaced, where the credentials' bindings allow it; the same
   * request when it has none. Throws `tool_forbidden` when a credential may not go there, and
   * `credentials_missing` when there is none of that name, or it cannot be opened.
   */
  place(request: OutgoingRequest, user: CredentialUser): Promise<OutgoingRequest>;
  /**
   * What opens a connection whose servers these are. Throws `tool_forbidden` when the credential's binding
   * does not allow it, and `credentials_missing` as `place` does.
   */
  login(
    name: string,
    endpoints: readonly Endpoint[],
    user: CredentialUser,
  ): Promise<ConnectionLogin>;
  /**
   * The credential that an organisation keeps for a provider; undefined when it has none. Costs no
   * statement.
   */
  ofProvider(provider: string, scope: CredentialScope): ProviderCredential | undefined;
}

export interface ProviderCredential {
  /** Distinguishes its calls from those with another key, for the provider's limits. */
  id: string;
  /** To be placed where the key would be. */
  placeholder: string;
}

/** For a process without a vault: placeholders in headers and parameters are refused. */
export const noCredentials: CredentialPort = {
  ofProvider: () => undefined,
  async place(request) {
    const [name] = placeholdersOf(request);
    if (name === undefined) return request;
    throw noVault(name);
  },
  login: (name) => Promise.reject(noVault(name)),
};

function noVault(name: string): FlotillaError {
  return new FlotillaError("credentials_missing", `There is no vault to take ${name} from.`);
}
