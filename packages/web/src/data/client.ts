import { createClient } from "@flotilla/api";
import { FlotillaError } from "@flotilla/core";
import { reportConnection } from "./connection.ts";
import { leaveToSignIn, mountUrl, scope, type ScopeSearch } from "./place.ts";
import { saveFile } from "./save-file.ts";

/** The same client as the CLI's; every request also tells whether the server answers. */
export const client = clientFor(scope);

/** One that acts in another place than the tab does. */
export function clientFor({ org, env }: ScopeSearch) {
  return createClient({
    ...{ baseUrl: mountUrl, organisation: org, environment: env, fetch: watchedFetch },
  });
}

type Query = Record<string, string | undefined>;

/** Address of a file the browser downloads by itself. */
export function apiUrl(path: string, query: Query = {}): string {
  const url = new URL(`api/v1${path}`, mountUrl);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url.href;
}

/** Saves a file that needs the headers which say where the tab acts. */
export async function download(path: string, query: Query, name: string): Promise<void> {
  const headers = {
    ...(scope.org && { "flotilla-organisation": scope.org }),
    ...(scope.env && { "flotilla-environment": scope.env }),
  };
  const answer = await watchedFetch(apiUrl(path, query), { headers });
  if (!answer.ok) throw new FlotillaError("unavailable", `The server answered ${answer.status}.`);
  saveFile(name, await answer.blob());
}

async function watchedFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(input, init);
    reportConnection(true);
  } catch (error) {
    if (!init?.signal?.aborted) reportConnection(false);
    throw error;
  }
  // A session that has ended, whatever the page was doing.
  if (response.status === 401) leaveToSignIn();
  return response;
}
