import {
  environmentSchema,
  FlotillaError,
  localCaller,
  organisationSchema,
  type AccessRule,
  type Caller,
} from "@flotilla/core";

/** The parts of a request that say who asks. */
export interface Credentials {
  header(name: string): string | undefined;
  /** Left out: one that changes nothing. */
  method?: string;
  /** Where it comes from, for counting what fails. */
  address?: string;
}

/** How the server knows who asks, and which rules hold. */
export interface AccessPort {
  signIn: "none" | "required";
  /**
   * Throws `unauthenticated` when nobody known asks, `forbidden` when the organisation or environment
   * that the request names is not the caller's.
   */
  identify(request: Credentials): Promise<Caller>;
  /** The organisation's access rules. */
  rules(organisation: string): Promise<readonly AccessRule[]>;
}

export const organisationHeader = "flotilla-organisation";
export const environmentHeader = "flotilla-environment";

/**
 * Access without sign-in: whoever can reach the server is its operator. One who names an organisation
 * is the owner of that one instead.
 *
 * @param rules by organisation
 */
export function openAccess(rules: AccessPort["rules"] = async () => []): AccessPort {
  return {
    signIn: "none",
    async identify(request) {
      const { organisation, environment } = wantedScope(request);
      if (!organisation && !environment) return localCaller;
      return {
        ...localCaller,
        organisation: organisation ?? localCaller.organisation,
        environment: environment ?? localCaller.environment,
        instance: false,
      };
    },
    rules,
  };
}

/** The organisation and environment that the request names. Throws `invalid_request`. */
export function wantedScope(request: Credentials) {
  return {
    organisation: parsed(organisationSchema, organisationHeader, request),
    environment: parsed(environmentSchema, environmentHeader, request),
  };
}

function parsed<T>(
  schema: { safeParse(value: unknown): { success: boolean; data?: T } },
  header: string,
  request: Credentials,
): T | undefined {
  const said = request.header(header);
  if (said === undefined || said === "") return undefined;
  const { success, data } = schema.safeParse(said);
  if (success) return data;
  throw new FlotillaError("invalid_request", `The header ${header} is not valid.`, {
    remedy: "Name an organisation by its id, and dev, staging or prod as environment.",
  });
}
