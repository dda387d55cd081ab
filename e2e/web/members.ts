import { createClient, type Client, type InvitationMade } from "@flotilla/api";
import type { Role } from "@flotilla/core";
import type { Platform } from "../platform.ts";

/** Somebody with an account, and his session as a browser has it. */
export interface Member {
  name: string;
  email: string;
  password: string;
  client: Client;
  cookies: { name: string; value: string; url: string }[];
}

/** Where a platform is reached, and by which link its first owner comes in. */
type Door = Pick<Platform, "url" | "adminLink">;

/** The first owner, by the link that the platform printed. */
export async function firstOwner(platform: Door): Promise<Member> {
  const token = new URL(String(platform.adminLink)).hash.slice(1);
  return enter(platform, "admin-link", "Olga", { token, email: "olga@example.com" });
}

/** Another member, by an invitation of the owner. */
export async function newMember(platform: Door, owner: Member, name: string, role: Role) {
  const email = `${name.toLowerCase()}@example.com`;
  const token = tokenOf(await owner.client.invitations.create({ email, role }));
  const member = await enter(platform, "invitations", name, { token });
  return { ...member, email };
}

export function tokenOf({ link }: InvitationMade): string {
  return new URL(link).hash.slice(1);
}

async function enter(
  { url }: Door,
  door: string,
  name: string,
  given: { token: string; email?: string },
): Promise<Member> {
  const password = `${name} has a long password`;
  const answer = await fetch(`${url}/api/v1/${door}/accept`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: new URL(url).origin },
    body: JSON.stringify({ ...given, name, password }),
  });
  if (!answer.ok) throw new Error(`${name} did not come in: ${await answer.text()}`);
  const cookies = answer.headers.getSetCookie().map((line) => {
    const [pair = ""] = line.split(";");
    const at = pair.indexOf("=");
    return { name: pair.slice(0, at), value: pair.slice(at + 1), url };
  });
  const cookie = cookies.map((one) => `${one.name}=${one.value}`).join("; ");
  const client = createClient({ baseUrl: url, fetch: (to, init) => fetch(to, withCookie(init)) });
  return { name, email: given.email ?? "", password, client, cookies };

  function withCookie(init: RequestInit = {}): RequestInit {
    const origin = new URL(url).origin;
    return {
      ...init,
      headers: { ...Object.fromEntries(new Headers(init.headers)), cookie, origin },
    };
  }
}
