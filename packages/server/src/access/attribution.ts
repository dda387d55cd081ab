import { FlotillaError, type Caller } from "@flotilla/core";

/** For whom something runs. */
export interface Attribution {
  organisation?: string | undefined;
  user?: string | undefined;
}

/**
 * For whom the caller starts something: who runs the platform may say so; everyone else starts it for
 * himself, in his own organisation. Throws `forbidden` when he says otherwise.
 */
export function attribution(caller: Caller, said: Attribution): Attribution {
  const { organisation, user } = said;
  if (caller.instance) return { organisation, user };
  if (organisation !== undefined && organisation !== caller.organisation) {
    throw notHis("organisation", caller.organisation);
  }
  // Without sign-in nobody is known by an id of his own.
  if (caller.kind === "local") return { organisation: caller.organisation, user };
  if (user !== undefined && user !== caller.id) throw notHis("user", caller.id);
  return { organisation: caller.organisation, user: caller.id };
}

function notHis(what: "organisation" | "user", his: string): FlotillaError {
  return new FlotillaError("forbidden", `The ${what} is not the caller's, which is ${his}.`, {
    remedy: `Leave ${what} out: it is the caller's own.`,
  });
}

/**
 * Whose figures are asked for. Throws `not_found` for another organisation's: who is not of it does
 * not learn that it is there.
 */
export function ownOrganisation(caller: Caller, asked: string | undefined): string | undefined {
  if (caller.instance || asked === undefined || asked === caller.organisation) return asked;
  throw new FlotillaError("not_found", `There is no organisation ${asked}.`);
}
