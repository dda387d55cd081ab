import { createHash, randomBytes } from "node:crypto";

/** The secret of a link that is shown once, and what is kept of it. */
export interface LinkToken {
  text: string;
  hash: Buffer;
}

export function newLinkToken(): LinkToken {
  const text = randomBytes(32).toString("base64url");
  return { text, hash: hashLinkToken(text) };
}

export function hashLinkToken(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/**
 * The address of a page with its secret, behind a `#`: what stands there is never sent to a server, so
 * that it is in no log.
 */
export function linkTo(base: string, page: "invitation" | "admin-link", token: LinkToken): string {
  return `${base}/${page}#${token.text}`;
}
