import {
  connectionNameSchema,
  connectionSchema,
  connectionSettingsSchema,
  credentialNameSchema,
  type Connection,
} from "@flotilla/core";
import { z } from "zod";
import { storableText } from "./bounds.ts";
import { pageSchema, type Page } from "./page.ts";
import type { Transport } from "./transport.ts";

export const connectionParamsSchema = z.object({ name: connectionNameSchema });

const largestSecret = 16_384;

/** Sets a connection, in place of the one of that name. */
export const connectionSetSchema = z
  .strictObject({
    settings: connectionSettingsSchema,
    description: storableText.max(500).default(""),
    /** A credential that there is; its binding must let it be the login of these servers. */
    credential: credentialNameSchema.optional(),
    /**
     * What opens it, for a credential of its own, which goes to these servers alone. Left out without a credential:
     * the login that it has, as long as its servers are the same; for a new connection none.
     */
    login: z
      .strictObject({
        /** Left out where the secret is all there is. */
        user: z
          .string()
          .min(1)
          .max(254)
          .regex(/^[^:\p{Cc}]*$/u, "use no colon and no control characters")
          .optional(),
        secret: z.string().min(8, "use 8 characters or more").max(largestSecret),
      })
      .optional(),
  })
  .refine(({ credential, login }) => credential === undefined || login === undefined, {
    path: ["login"],
    error: "give a credential or a login, not both",
  });
export type ConnectionSet = z.input<typeof connectionSetSchema>;

export const connectionListSchema = pageSchema(connectionSchema);

export function connectionClient(http: Transport) {
  const path = (name: string) => `/connections/${encodeURIComponent(name)}`;
  return {
    list: () => http.json<Page<Connection>>("GET", "/connections"),
    get: (name: string) => http.json<Connection>("GET", path(name)),
    /** In place of the connection of that name. */
    set: (name: string, connection: ConnectionSet) =>
      http.json<Connection>("PUT", path(name), { json: connection }),
    /** Connects and signs in now; the answer says what came of it. */
    test: (name: string) => http.json<Connection>("POST", `${path(name)}/test`),
    remove: (name: string) => http.json<void>("DELETE", path(name)),
  };
}
