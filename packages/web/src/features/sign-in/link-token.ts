/**
 * The secret of a link is behind its `#`, which no server sees. It is taken out of the address at once,
 * so that it is in no history and no screenshot, and kept for this tab: whoever has to sign in first
 * comes back to the page.
 */
export function takeLinkToken(page: "admin-link" | "invitation"): string {
  const key = `flotilla ${page}`;
  const given = location.hash.slice(1);
  if (given !== "") {
    sessionStorage.setItem(key, given);
    history.replaceState(history.state, "", location.pathname + location.search);
  }
  return sessionStorage.getItem(key) ?? "";
}

export function forgetLinkToken(page: "admin-link" | "invitation"): void {
  sessionStorage.removeItem(`flotilla ${page}`);
}
