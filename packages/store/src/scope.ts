import { defaultEnvironment, homeOrganisation, type Environment } from "@flotilla/core";

/** One environment of one organisation: what a request may see and change. */
export interface Scope {
  organisation: string;
  environment: Environment;
}

/** Where things are that nobody has put elsewhere. */
export const homeScope: Scope = { organisation: homeOrganisation, environment: defaultEnvironment };
