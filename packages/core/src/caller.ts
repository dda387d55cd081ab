import { z } from "zod";
import { defaultOrganisation, organisationSchema } from "./organisation.ts";
import { permissionSchema } from "./permission.ts";
import { roleSchema } from "./role.ts";

/** Agents, runs, batches, threads, keys and credentials are one environment's. */
export const environments = ["dev", "staging", "prod"] as const;

export const environmentSchema = z.enum(environments);

export type Environment = z.infer<typeof environmentSchema>;

export const defaultEnvironment: Environment = "prod";

/** The organisation whose members also look after the instance: its limits, workers and health. */
export const homeOrganisation = defaultOrganisation;

/** Who asks, as far as that is known and proven. */
export const callerSchema = z.object({
  /** `local`: whoever can reach a server that asks for no sign-in. */
  kind: z.enum(["local", "user", "key", "service"]),
  /** The user's, key's or service's id. */
  id: z.string(),
  /** For people; it stands in journals and logs. */
  name: z.string(),
  organisation: organisationSchema,
  environment: environmentSchema,
  role: roleSchema,
  /** Of a key: the user who made it. Rules about him hold for it. */
  userId: z.string().optional(),
  /** He may do no more than these, whatever the role. Left out: all that the role may. */
  scopes: z.array(permissionSchema).optional(),
  /** The operator of the instance: sees every organisation, unless he names one. */
  instance: z.boolean(),
});

export type Caller = z.infer<typeof callerSchema>;

/** Who started a run or a batch, as it is kept with it: by this it is judged what its tool calls may. */
export const startedBySchema = callerSchema.pick({
  kind: true,
  id: true,
  name: true,
  role: true,
  userId: true,
  scopes: true,
});

export type StartedBy = z.infer<typeof startedBySchema>;

export function startedBy({ kind, id, name, role, userId, scopes }: Caller): StartedBy {
  return { kind, id, name, role, ...(userId && { userId }), ...(scopes && { scopes }) };
}

/** The id of the person who asks: himself, or with a key that he made. */
export function userOf({
  kind,
  id,
  userId,
}: Pick<Caller, "kind" | "id" | "userId">): string | undefined {
  return kind === "user" ? id : userId;
}

/** The caller of a server that asks for no sign-in. */
export const localCaller: Caller = {
  kind: "local",
  id: "local",
  name: "person",
  organisation: homeOrganisation,
  environment: defaultEnvironment,
  role: "owner",
  instance: true,
};
