import { client } from "../../data/client.ts";
import { pageUrl } from "../../data/place.ts";

/**
 * Into the app, by a new load: nothing of whoever was here before stays. Where one was, or else the page
 * that the person likes to begin with.
 */
export async function enterAfterSignIn(back: string | undefined): Promise<void> {
  location.assign(pageUrl(back ?? (await likedStart())));
}

/** What somebody likes is no reason not to let him in. */
async function likedStart(): Promise<string | undefined> {
  try {
    return (await client.preferences.get()).startPage;
  } catch {
    return undefined;
  }
}
