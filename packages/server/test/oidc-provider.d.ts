/** The parts of the OpenID provider that tests use; it has no types of its own. */
declare module "oidc-provider" {
  import type { IncomingMessage, ServerResponse } from "node:http";

  export class Provider {
    constructor(issuer: string, configuration: object);
    callback(): (request: IncomingMessage, response: ServerResponse) => void;
    readonly AccessToken: {
      find(token: string): Promise<{ aud: string; scope?: string } | undefined>;
    };
    on(event: string, listener: (...args: never[]) => void): void;
  }
}
