import { environmentSchema, organisationSchema } from "@flotilla/core";
import { z } from "zod";

/** Where the app is mounted, with a slash at its end: what index.html's `<base>` says. */
export const mountUrl = new URL(".", document.baseURI).href;

/**
 * The part of every page's address that says in which organisation and environment the tab acts. A
 * link that is passed on says so too; without them it is where the person is at home.
 */
export const scopeSearchSchema = z.object({
  org: organisationSchema.optional().catch(undefined),
  env: environmentSchema.optional().catch(undefined),
});
export type ScopeSearch = z.infer<typeof scopeSearchSchema>;

/** What stood in the address when the tab was loaded, letter by letter. */
export const openedWith = new URLSearchParams(location.search);

/** Where this tab acts. It changes only with a new load, so that nothing of another place stays behind. */
export const scope = scopeSearchSchema.parse(Object.fromEntries(openedWith));

/**
 * Opens the app in another place.
 *
 * @param path of a page below where the app is mounted; default: the start page
 */
export function enterScope(next: ScopeSearch, path = ""): void {
  const url = new URL(path, mountUrl);
  for (const [name, value] of Object.entries(next)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  location.assign(url);
}

/** The list to which the page that is shown belongs: what a page shows itself is not in another place. */
export function listPath(): string {
  const [list = "", section] = location.pathname
    .slice(new URL(mountUrl).pathname.length)
    .split("/");
  return list === "settings" && section !== undefined ? `${list}/${section}` : list;
}

/** Pages for those who are not signed in yet. */
const entryPages = /^(?:sign-in|admin-link|invitation)(?:[?#/]|$)/;

/** To the sign-in page, and from there back to where one was. */
export function leaveToSignIn(): void {
  const here = location.href.slice(mountUrl.length).replace(/#.*$/s, "");
  if (entryPages.test(here)) return;
  const back = here === "" ? "" : `?back=${encodeURIComponent(`/${here}`)}`;
  location.assign(`${mountUrl}sign-in${back}`);
}

/**
 * The address of a page that a link named; that of the start page for anything that is not of this app,
 * so that no link can lead somebody who has just signed in elsewhere.
 */
export function pageUrl(path: string | undefined): string {
  const url = URL.parse((path ?? "").replace(/^\/+/, ""), mountUrl);
  return url?.href.startsWith(mountUrl) ? url.href : mountUrl;
}
