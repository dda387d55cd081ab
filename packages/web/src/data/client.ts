import { createClient } from "@flotilla/api";
import { reportConnection } from "./connection.ts";

/** Where the app is mounted, with a slash at its end: what index.html's `<base>` says. */
export const mountUrl = new URL(".", document.baseURI).href;

/** The same client as the CLI's; every request also tells whether the server answers. */
export const client = createClient({ baseUrl: mountUrl, fetch: watchedFetch });

/** Address of a file the browser downloads by itself. */
export function apiUrl(path: string): string {
  return new URL(`api/v1${path}`, mountUrl).href;
}

async function watchedFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  try {
    const response = await fetch(input, init);
    reportConnection(true);
    return response;
  } catch (error) {
    if (!init?.signal?.aborted) reportConnection(false);
    throw error;
  }
}
