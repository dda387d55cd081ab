import { FlotillaError, type OpenedConnection } from "@flotilla/core";
import type { DAVCalendar } from "tsdav";
import type * as Library from "tsdav";
import { fetch as undiciFetch, type Dispatcher } from "undici";
import { authorization } from "../connection/authorization.ts";
import { connectionError } from "../connection/connection-error.ts";
import type { Reach } from "../connection/reach.ts";

/** A calendar at the server. */
export interface Calendar {
  /** The path at the server. */
  path: string;
  name: string;
  description: string | undefined;
}

/** A calendar file at the server: an event, with what was changed of its occurrences. */
export interface CalendarFile {
  path: string;
  etag: string | null;
  text: string;
}

/** A CalDAV server, to somebody who is signed in. Its methods throw `tool_failed` with what to do. */
export interface Dav {
  calendars(): Promise<Calendar[]>;
  /** Files that have something in the range. */
  query(path: string, range: { from: number; to: number }): Promise<CalendarFile[]>;
  /** Undefined: there is none of that path. */
  get(path: string): Promise<CalendarFile | undefined>;
  /** False: there is another one already, or it is not the one that was read any more. */
  put(path: string, text: string, state: { isNew: true } | { etag: string }): Promise<boolean>;
  /** False: it is not the one that was read any more. What is not there is removed. */
  remove(path: string, etag: string): Promise<boolean>;
}

const mostBytes = 16 * 2 ** 20;
const mostFiles = 10_000;

/** Opens the calendars of a connection for the work. Nothing of it goes to another server than the connection's. */
export async function withDav<T>(
  reach: Reach,
  { settings, login }: Pick<OpenedConnection<"calendar">, "settings" | "login">,
  signal: AbortSignal,
  work: (dav: Dav) => Promise<T>,
): Promise<T> {
  const base = new URL(settings.url);
  const what = `The calendar server ${base.host}`;
  const dispatcher = reach.network(settings.ca);
  try {
    await reach.find(serverOf(base));
    const ask = asker(base, authorization(login), dispatcher, signal);
    return await work(await openDav(base, ask));
  } catch (thrown) {
    throw signal.aborted ? signal.reason : connectionError(what, causeOf(thrown));
  } finally {
    await dispatcher.destroy();
  }
}

function serverOf({ hostname, port, protocol }: URL): { host: string; port: number } {
  return { host: hostname, port: Number(port) || (protocol === "https:" ? 443 : 80) };
}

/** `fetch` hides what happened to a request behind what it says itself. */
function causeOf(thrown: unknown): unknown {
  const { cause } = thrown as { cause?: unknown };
  return thrown instanceof TypeError && cause instanceof Error ? cause : thrown;
}

type Ask = typeof globalThis.fetch;

/** `fetch` as the library takes it: to the connection's server alone, with the login, and no more than it should be. */
function asker(
  base: URL,
  login: Record<string, string>,
  dispatcher: Dispatcher,
  signal: AbortSignal,
): Ask {
  return async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input, base);
    if (url.origin !== base.origin) {
      throw new FlotillaError(
        "tool_forbidden",
        `${base.host} leads to another server, ${url.host}.`,
        {
          remedy: "Set the connection with the address of that server, if it is the right one.",
        },
      );
    }
    const answer = await undiciFetch(url, {
      method: init.method ?? "GET",
      headers: { ...(init.headers as Record<string, string>), ...login },
      body: (init.body ?? null) as string | null,
      redirect: "manual",
      dispatcher,
      signal,
    });
    if (answer.status === 401 || answer.status === 403) {
      await answer.body?.cancel();
      throw Object.assign(new Error(`it answered ${answer.status}`), { code: "EAUTH" });
    }
    const body = await readBody(answer.body as AsyncIterable<Uint8Array> | null);
    const headers = [...answer.headers.entries()];
    const hasBody = ![101, 204, 205, 304].includes(answer.status);
    const response = new Response(hasBody ? body : null, { status: answer.status, headers });
    Object.defineProperty(response, "url", { value: url.href });
    return response;
  };
}

async function readBody(body: AsyncIterable<Uint8Array> | null): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > mostBytes) {
      throw new FlotillaError(
        "tool_failed",
        `The calendar server sent more than ${mostBytes} bytes.`,
        {
          remedy: "Ask for a shorter range.",
        },
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function openDav(base: URL, ask: Ask): Promise<Dav> {
  const library = await import("tsdav");
  const at = (path: string) => {
    const url = new URL(path, base);
    if (url.origin === base.origin) return url.href;
    throw new FlotillaError(
      "tool_input_invalid",
      `${JSON.stringify(path)} is no path of this server.`,
    );
  };
  return {
    calendars: () => findCalendars(library, base, ask),
    async query(path, { from, to }) {
      const calendar = { url: at(path) } as DAVCalendar;
      const timeRange = { start: isoSecond(from), end: isoSecond(to) };
      const found = await library.fetchCalendarObjects({
        ...{ calendar, timeRange, fetch: ask, useMultiGet: false },
        urlFilter: () => true,
      });
      return found
        .slice(0, mostFiles)
        .flatMap(({ url, etag, data }) =>
          typeof data === "string"
            ? [{ path: new URL(url, base).pathname, etag: etag ?? null, text: data }]
            : [],
        );
    },
    async get(path) {
      const answer = await ask(at(path), { method: "GET" });
      if (answer.status === 404 || answer.status === 410) return undefined;
      await check(answer);
      return { path, etag: answer.headers.get("etag"), text: await answer.text() };
    },
    async put(path, text, state) {
      const condition: Record<string, string> =
        "isNew" in state ? { "if-none-match": "*" } : { "if-match": state.etag };
      const headers = { "content-type": "text/calendar; charset=utf-8", ...condition };
      const answer = await ask(at(path), { method: "PUT", body: text, headers });
      if (answer.status === 412 || answer.status === 409) return false;
      await check(answer);
      return true;
    },
    async remove(path, etag) {
      const answer = await ask(at(path), { method: "DELETE", headers: { "if-match": etag } });
      if (answer.status === 404 || answer.status === 410) return true;
      if (answer.status === 412) return false;
      await check(answer);
      return true;
    },
  };
}

async function check(answer: Response): Promise<void> {
  if (answer.ok) return;
  const said = (await answer.text()).replaceAll(/<[^>]*>/g, " ").slice(0, 200);
  throw Object.assign(new Error(`it answered ${answer.status} ${said}`.trim()), {
    responseCode: answer.status,
  });
}

/** The address may be of the server, of a person there, or of one calendar. */
async function findCalendars(
  library: Pick<typeof Library, "propfind" | "createAccount" | "fetchCalendars">,
  base: URL,
  ask: Ask,
): Promise<Calendar[]> {
  const props = { "d:resourcetype": {}, "d:displayname": {} };
  const [self] = await library.propfind({ url: base.href, props, depth: "0", fetch: ask });
  const isCalendar = Object.hasOwn((self?.props?.["resourcetype"] ?? {}) as object, "calendar");
  if (isCalendar) {
    const name = String(self?.props?.["displayname"] ?? "") || base.pathname;
    return [{ path: base.pathname, name, description: undefined }];
  }
  const account = await library.createAccount({
    account: { serverUrl: base.href, accountType: "caldav" },
    fetch: ask,
  });
  const found = await library.fetchCalendars({ account, fetch: ask });
  return found
    .filter(({ components }) => components === undefined || components.includes("VEVENT"))
    .map(({ url, displayName, description }) => {
      const path = new URL(url, base).pathname;
      const name = typeof displayName === "string" && displayName !== "" ? displayName : path;
      return {
        path,
        name: name.slice(0, 200),
        description: description?.slice(0, 500) || undefined,
      };
    });
}

function isoSecond(ms: number): string {
  return new Date(ms).toISOString();
}
