import type { Context } from "hono";
import type { AppParts, ServerEnv } from "../app-parts.ts";

/** The address that people open, without a slash at its end; that which the request came by, where none is set. */
export function baseAddress(c: Context<ServerEnv>, { signIn }: Pick<AppParts, "signIn">): string {
  const host = c.req.header("host");
  const asked = host === undefined ? new URL(c.req.url).origin : `http://${host}`;
  return signIn?.publicUrl ?? asked;
}
