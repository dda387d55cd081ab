import { FlotillaError } from "@flotilla/core";

/** The tags of an If-Match or If-None-Match header (RFC 9110, 8.8.3); `*` stands for any. */
function tagsOf(header: string): string[] {
  if (header.trim() === "*") return ["*"];
  return header.match(/(?:W\/)?"[^"]*"/g) ?? [];
}

/** Whether a client has this version already; weak and strong tags are alike here. */
export function isNotModified(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const plain = (tag: string) => tag.replace(/^W\//, "");
  return tagsOf(ifNoneMatch).some((tag) => tag === "*" || plain(tag) === plain(etag));
}

/**
 * Throws `precondition` when a change was meant for another version than the one that is there.
 *
 * @param etag of what is there; undefined: nothing
 * @returns whether the request says for which version it is meant
 */
export function checkMatch(
  request: { header(name: string): string | undefined },
  etag: string | undefined,
): boolean {
  const [ifMatch, ifNoneMatch] = [request.header("if-match"), request.header("if-none-match")];
  const isThere = (tag: string) => etag !== undefined && (tag === "*" || tag === etag);
  const isOther = ifMatch !== undefined && !tagsOf(ifMatch).some(isThere);
  const isTaken =
    ifNoneMatch !== undefined && etag !== undefined && isNotModified(ifNoneMatch, etag);
  if (isOther || isTaken) {
    const there = etag === undefined ? "There is none." : `There is ${etag}.`;
    throw new FlotillaError("precondition", `It is not as the request says it must be. ${there}`);
  }
  return ifMatch !== undefined || ifNoneMatch !== undefined;
}
