import { createAuthEndpoint } from "better-auth/api";
import { setSessionCookie } from "better-auth/cookies";
import { z } from "zod";

const personSchema = z.object({
  name: z.string(),
  email: z.string(),
  password: z.string(),
  /** An account that is there gets the password; its sessions and its second factor end. */
  recover: z.boolean(),
});

/**
 * What the library has no door for: making an account for somebody who holds an invitation or the
 * admin link, though registration is closed. The server alone can call it; the answer signs the
 * person in. Fails for an address that has an account, unless it is to be recovered.
 */
export function enrolPlugin() {
  return {
    id: "enrol",
    endpoints: {
      enrol: createAuthEndpoint.serverOnly({ method: "POST", body: personSchema }, async (ctx) => {
        const { name, email, password, recover } = ctx.body;
        const { internalAdapter, adapter, password: passwords } = ctx.context;
        const hash = await passwords.hash(password);
        const known = recover ? await internalAdapter.findUserByEmail(email) : null;
        const user =
          known?.user ??
          (await internalAdapter.createUser(
            { name, email, emailVerified: false },
            { method: "invitation" },
          ));
        if (known) {
          await internalAdapter.deleteUserSessions(user.id);
          await internalAdapter.updateUser(user.id, { twoFactorEnabled: false });
          const ofUser = [{ field: "userId", value: user.id }];
          await adapter.deleteMany({ model: "twoFactor", where: ofUser });
          const credential = [...ofUser, { field: "providerId", value: "credential" }];
          await adapter.deleteMany({ model: "account", where: credential });
        }
        await internalAdapter.createAccount({
          userId: user.id,
          providerId: "credential",
          accountId: user.id,
          password: hash,
        });
        const session = await internalAdapter.createSession(user.id);
        await setSessionCookie(ctx, { session, user });
        return ctx.json({ userId: user.id });
      }),
    },
  };
}
