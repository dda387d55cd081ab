import type { Json, JsonObject, McpOauth } from "@flotilla/core";
import type {
  OAuthClientMetadata,
  OAuthClientProvider,
  OAuthDiscoveryState,
  StoredOAuthClientInformation,
  StoredOAuthTokens,
} from "@modelcontextprotocol/client";
import { givenClient, type Authenticate } from "./client-authentication.ts";
import type { TokenRequest } from "./exchange-identity.ts";

export interface ProviderSetting {
  oauth: McpOauth | undefined;
  /** Where people are sent back to; undefined: nobody is sent anywhere. */
  redirectUri?: string | undefined;
  /** Where the platform tells of itself as a client, if that can be read from everywhere. */
  clientMetadataUrl?: string | undefined;
  state?: string;
  /** The client as it was registered before. */
  client?: JsonObject | undefined;
  authenticate?: Authenticate | undefined;
  /** Where the tokens are from, as it was found. */
  discovery: OAuthDiscoveryState;
  /** How tokens are asked for where nobody is sent anywhere; left out: as the client. */
  tokenRequest?: TokenRequest | undefined;
}

/** What the library asks for and tells during one sign-in, in memory. */
export class MemoryProvider implements OAuthClientProvider {
  readonly redirectUrl: string | undefined;
  readonly clientMetadata: OAuthClientMetadata;
  readonly clientMetadataUrl?: string;
  readonly addClientAuthentication?: Authenticate;
  readonly #setting: ProviderSetting;
  client: StoredOAuthClientInformation | undefined;
  discovery: OAuthDiscoveryState;
  resource: string | undefined;
  verifier = "";
  address: URL | undefined;
  saved: StoredOAuthTokens | undefined;

  constructor(setting: ProviderSetting) {
    const { oauth, redirectUri, clientMetadataUrl, client, authenticate, discovery } = setting;
    this.#setting = setting;
    this.redirectUrl = redirectUri;
    this.discovery = discovery;
    this.clientMetadata = clientMetadataOf(redirectUri);
    if (clientMetadataUrl !== undefined) this.clientMetadataUrl = clientMetadataUrl;
    if (authenticate) this.addClientAuthentication = authenticate;
    this.client = givenClient(oauth) ?? (client as StoredOAuthClientInformation | undefined);
  }

  state(): string {
    return this.#setting.state ?? "";
  }

  clientInformation(): StoredOAuthClientInformation | undefined {
    return this.client;
  }

  saveClientInformation(client: StoredOAuthClientInformation): void {
    this.client = client;
  }

  tokens(): StoredOAuthTokens | undefined {
    return this.saved;
  }

  saveTokens(tokens: StoredOAuthTokens): void {
    this.saved = tokens;
  }

  redirectToAuthorization(address: URL): void {
    this.address = address;
  }

  saveCodeVerifier(verifier: string): void {
    this.verifier = verifier;
  }

  codeVerifier(): string {
    return this.verifier;
  }

  saveDiscoveryState(discovery: OAuthDiscoveryState): void {
    this.discovery = discovery;
  }

  discoveryState(): OAuthDiscoveryState {
    return this.discovery;
  }

  saveResourceUrl(resource: string): void {
    this.resource = resource;
  }

  async prepareTokenRequest(scope?: string): Promise<URLSearchParams> {
    const { tokenRequest } = this.#setting;
    if (tokenRequest) return tokenRequest(scope);
    return new URLSearchParams({ grant_type: "client_credentials", ...(scope && { scope }) });
  }
}

/** How the platform tells of itself where it registers. */
function clientMetadataOf(redirectUri: string | undefined): OAuthClientMetadata {
  if (redirectUri === undefined) return { redirect_uris: [], grant_types: ["client_credentials"] };
  return {
    client_name: "Flotilla",
    redirect_uris: [redirectUri],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
  };
}

/** What the library gave, as JSON: without what is undefined. */
export function plainJson(value: unknown): JsonObject {
  return JSON.parse(JSON.stringify(value ?? {})) as Record<string, Json>;
}
