import type { Config } from "../config.ts";
import { openAccess } from "../access/access.ts";
import type { AppParts } from "../app-parts.ts";
import { linkTo } from "./link-token.ts";
import { openSignIn, type SignInParts } from "./open-sign-in.ts";
import { signInMode } from "./sign-in-mode.ts";

/** How the server knows who asks. */
export interface Callers {
  app: Pick<AppParts, "access" | "signIn">;
  /** Where the server listens. */
  address: { host: string; port: number; signIn: "none" | "required" };
  /** The link by which the first owner comes in, while there is none. */
  adminLink(url: string): Promise<string | undefined>;
  close(): Promise<void>;
}

/** As the configuration has it: with sign-in or without. Throws `config_invalid`. */
export async function openCallers(config: Config, parts: SignInParts): Promise<Callers> {
  const mode = signInMode(config);
  const address = { host: config.host, port: config.port, signIn: mode };
  const { publicUrl } = config;
  if (mode === "none") {
    return {
      app: { access: openAccess(parts.rules) },
      address,
      adminLink: async () => undefined,
      close: async () => undefined,
    };
  }
  const signIn = await openSignIn(config, parts);
  return {
    app: { access: signIn.access, signIn },
    address,
    async adminLink(url) {
      const token = await signIn.firstAdminLink();
      return token && linkTo(publicUrl ?? url, "admin-link", token);
    },
    close: signIn.close,
  };
}
