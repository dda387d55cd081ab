import {
  FlotillaError,
  searchUrl,
  type ConnectionLogin,
  type ConnectionSettings,
  type SettingsOf,
} from "@flotilla/core";
import { request } from "undici";
import { parseAllowList } from "../http/destination.ts";
import { resolveBySystem, type Resolve } from "../http/network.ts";
import { withMailbox } from "../mail/mailbox.ts";
import { withOutbox } from "../mail/outbox.ts";
import { authorization } from "./authorization.ts";
import { connectionError } from "./connection-error.ts";
import { openReach, type Reach } from "./reach.ts";
import { trust } from "./trust.ts";

/** Tries connections of all kinds, under the rules that tools reach them by. */
export interface ConnectionTester {
  /** Connects and signs in at every server of it. Throws a FlotillaError that says what was wrong. */
  test(settings: ConnectionSettings, login: ConnectionLogin | null): Promise<void>;
}

const withinMs = 20_000;

/** @param allow `host:port` of own services that may be reached although they are private */
export function openConnectionTester(
  allow: readonly string[],
  resolve: Resolve = resolveBySystem,
): ConnectionTester {
  const reach = openReach(parseAllowList(allow), resolve);
  return {
    async test(settings, login) {
      const signal = AbortSignal.timeout(withinMs);
      try {
        await tryConnection(reach, settings, login, signal);
      } catch (error) {
        if (!signal.aborted) throw error;
        throw new FlotillaError("tool_failed", `It did not answer within ${withinMs / 1_000} s.`, {
          transient: true,
        });
      }
    },
  };
}

async function tryConnection(
  reach: Reach,
  settings: ConnectionSettings,
  login: ConnectionLogin | null,
  signal: AbortSignal,
): Promise<void> {
  switch (settings.kind) {
    case "mail":
      await withMailbox(reach, { settings, login }, signal, async (mailbox) => mailbox.noop());
      if (settings.smtp) {
        await withOutbox(reach, { settings, login }, signal, async () => undefined);
      }
      return;
    case "calendar":
      return tryHttp(reach, settings.url, settings.ca, signal, calendarQuestion(login));
    case "search":
      return tryHttp(reach, ...searchQuestion(settings, login, signal));
    case "database":
      return tryDatabase(reach, settings, login, signal);
  }
}

interface Question {
  method: string;
  headers: Record<string, string>;
  body?: string;
}

async function tryHttp(
  reach: Reach,
  url: string,
  ca: string | undefined,
  signal: AbortSignal,
  question: Question,
): Promise<void> {
  const what = `The server ${new URL(url).host}`;
  const dispatcher = reach.network(ca);
  try {
    // PROPFIND is no method that undici's types know of.
    const method = question.method as "GET";
    await reach.find(serverOf(url));
    const { statusCode, body } = await request(url, { ...question, method, dispatcher, signal });
    await body.dump();
    if (statusCode < 300) return;
    if (statusCode === 401 || statusCode === 403) {
      throw Object.assign(new Error(`it answered ${statusCode}`), { code: "EAUTH" });
    }
    throw new Error(`it answered ${statusCode}`);
  } catch (thrown) {
    throw connectionError(what, thrown);
  } finally {
    await dispatcher.destroy();
  }
}

function serverOf(text: string): { host: string; port: number } {
  const { hostname, port, protocol } = new URL(text);
  return { host: hostname, port: Number(port) || (protocol === "https:" ? 443 : 80) };
}

function calendarQuestion(login: ConnectionLogin | null): Question {
  return {
    method: "PROPFIND",
    headers: { depth: "0", "content-type": "application/xml", ...authorization(login) },
    body: '<propfind xmlns="DAV:"><prop><current-user-principal/></prop></propfind>',
  };
}

function searchQuestion(
  settings: SettingsOf<"search">,
  login: ConnectionLogin | null,
  signal: AbortSignal,
): [string, undefined, AbortSignal, Question] {
  const url = new URL(searchUrl(settings));
  switch (settings.service) {
    case "searxng": {
      const asked = new URL("search?q=flotilla&format=json", url.href.replace(/\/?$/, "/"));
      return [asked.href, undefined, signal, { method: "GET", headers: authorization(login) }];
    }
    case "brave": {
      url.searchParams.set("q", "flotilla");
      const headers = { "x-subscription-token": login?.secret ?? "" };
      return [url.href, undefined, signal, { method: "GET", headers }];
    }
    case "tavily": {
      const headers = { "content-type": "application/json", ...authorization(login) };
      const body = JSON.stringify({ query: "flotilla", max_results: 1 });
      return [url.href, undefined, signal, { method: "POST", headers, body }];
    }
  }
}

async function tryDatabase(
  reach: Reach,
  settings: SettingsOf<"database">,
  login: ConnectionLogin | null,
  signal: AbortSignal,
): Promise<void> {
  const { host, port, database, security, ca } = settings;
  const place = await reach.find({ host, port });
  const { default: pg } = await import("pg");
  const { servername } = place;
  const client = new pg.Client({
    ...{ host: place.host, port, database },
    ...(login?.user && { user: login.user }),
    password: login?.secret,
    ssl: security === "tls" && { ...trust(ca), ...(servername !== undefined && { servername }) },
    connectionTimeoutMillis: 10_000,
    query_timeout: 10_000,
  });
  client.on("error", () => undefined);
  const stop = () => void client.end().catch(() => undefined);
  signal.addEventListener("abort", stop, { once: true });
  try {
    await client.connect();
    await client.query("SELECT 1");
  } catch (thrown) {
    const { code } = thrown as { code?: string };
    // Class 28 is PostgreSQL's for logins.
    const isLogin = code?.startsWith("28") === true;
    const failure = isLogin ? Object.assign(thrown as Error, { code: "EAUTH" }) : thrown;
    throw connectionError(`The database ${host}:${port}`, failure);
  } finally {
    signal.removeEventListener("abort", stop);
    await client.end().catch(() => undefined);
  }
}
