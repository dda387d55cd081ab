import type { ConnectionLogin } from "@flotilla/core";

/** What opens a server that is spoken to by HTTP. */
export function authorization(login: ConnectionLogin | null): Record<string, string> {
  if (login === null) return {};
  const { user, secret } = login;
  if (user === null) return { authorization: `Bearer ${secret}` };
  return { authorization: `Basic ${Buffer.from(`${user}:${secret}`).toString("base64")}` };
}
