import { callerSchema, permissionSchema, preferencesSchema, roleSchema } from "@flotilla/core";
import { z } from "zod";

/** Who asks, and what he may here: pages hide what would be refused. */
export const meSchema = z.object({
  signIn: z.enum(["none", "required"]),
  caller: callerSchema,
  /** For people. */
  email: z.string().nullable(),
  /** Permissions that are held, for some resource at least. */
  permissions: z.array(permissionSchema),
  /** What he likes, the same in every organisation. */
  preferences: preferencesSchema,
  /** Where else the caller may act. */
  organisations: z.array(z.object({ organisation: z.string(), role: roleSchema })),
});
export type Me = z.infer<typeof meSchema>;

/** How one can sign in here: what the sign-in page shows. */
export const signInOptionsSchema = z.object({
  signIn: z.enum(["none", "required"]),
  openRegistration: z.boolean(),
  /** One is chosen with `POST /api/auth/sign-in/social`. */
  providers: z.array(z.object({ id: z.string(), name: z.string() })),
});
export type SignInOptions = z.infer<typeof signInOptionsSchema>;
