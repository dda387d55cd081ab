import { createHmac, timingSafeEqual } from "node:crypto";
import {
  fillPlaceholders,
  FlotillaError,
  misplaced,
  misplacedLogin,
  placeholdersIn,
  type ConnectionLogin,
  type CredentialPort,
  type CredentialUser,
  type Endpoint,
  type OutgoingRequest,
} from "@flotilla/core";
import type { StoredCredential } from "@flotilla/store";
import type { CredentialBook } from "./credential-book.ts";
import type { UseLog } from "./use-log.ts";

/** A place in a request that has placeholders, and their names. */
interface Spot {
  kind: "header" | "query";
  /** Of the header or the parameter. */
  at: string;
  names: string[];
}

export interface Broker extends CredentialPort {
  /**
   * The HMAC-SHA256 of a text under a credential's secret, in hexadecimal, for a header of the request that the binding
   * allows. Throws as `place` does.
   */
  sign(
    text: string,
    name: string,
    header: string,
    request: OutgoingRequest,
    user: CredentialUser,
  ): Promise<string>;
  /**
   * Whether that is the HMAC-SHA256 of the text, in hexadecimal, under the secret of the credential that the user may
   * use: its binding names the header. Throws `credentials_missing` when there is none of that name.
   */
  verify(signed: {
    text: string;
    signature: string;
    name: string;
    header: string;
    user: CredentialUser;
  }): Promise<boolean>;
}

/** The one way of a secret out of the vault: into a request that its binding allows, or its signature. */
export function openBroker(
  book: Pick<CredentialBook, "find" | "reveal" | "ofProvider" | "refresh">,
  uses: Pick<UseLog, "note">,
  checksCertificates: boolean,
): Broker {
  return {
    async sign(text, name, header, request, user) {
      const spot: Spot = { kind: "header", at: header, names: [name] };
      const secret = await openFor(request, user, name, [spot]);
      return createHmac("sha256", secret).update(text).digest("hex");
    },
    verify: async (signed) => isGenuine(book, signed),
    login: (name, endpoints, user) => openLogin(book, uses, { name, endpoints, user }),
    ofProvider: (provider, scope) => book.ofProvider(provider, scope),
    async place(request, user) {
      const spots = spotsOf(request);
      if (spots.length === 0) return request;
      const secrets = new Map<string, string>();
      for (const [name, at] of bySecret(spots)) {
        secrets.set(name, await openFor(request, user, name, at));
      }
      return filled(request, spots, secrets);
    },
  };

  async function openFor(
    request: OutgoingRequest,
    user: CredentialUser,
    name: string,
    at: Spot[],
  ): Promise<string> {
    const credential = book.find(name, user);
    if (!credential) throw unknown(name, user);
    const isUnproven = request.url.protocol === "https:" && !checksCertificates;
    const problem = isUnproven
      ? "this process does not check certificates (NODE_TLS_REJECT_UNAUTHORIZED=0)"
      : problemOf(credential, request, at);
    noteUse(uses, credential, user, request.url.host, request.method, problem === undefined);
    if (problem !== undefined) throw refused(credential, problem);
    const secret = await book.reveal(credential);
    return credential.kind === "basic" && at.every(({ kind }) => kind === "header")
      ? Buffer.from(secret).toString("base64")
      : secret;
  }
}

function noteUse(
  uses: Pick<UseLog, "note">,
  { id: credentialId, version }: StoredCredential,
  { organisation, environment, runId, by }: CredentialUser,
  host: string,
  method: string,
  allowed: boolean,
): void {
  uses.note({
    ...{ organisation, environment, credentialId, version, runId, by, host, method, allowed },
  });
}

interface WantedLogin {
  name: string;
  endpoints: readonly Endpoint[];
  user: CredentialUser;
}

/** As `CredentialPort.login` promises it. */
async function openLogin(
  book: Pick<CredentialBook, "find" | "reveal" | "refresh">,
  uses: Pick<UseLog, "note">,
  { name, endpoints, user }: WantedLogin,
): Promise<ConnectionLogin> {
  // A connection may be used by a process that has not heard of its credential yet.
  if (!book.find(name, user)) await book.refresh();
  const credential = book.find(name, user);
  if (!credential) throw unknown(name, user);
  const problem = loginProblem(credential, endpoints);
  for (const { host, port } of endpoints) {
    noteUse(uses, credential, user, `${host}:${port}`, "LOGIN", problem === undefined);
  }
  if (problem !== undefined) throw refused(credential, problem);
  const secret = await book.reveal(credential);
  if (credential.kind !== "basic") return { user: null, secret };
  const at = secret.indexOf(":");
  return { user: secret.slice(0, at), secret: secret.slice(at + 1) };
}

/** Why a credential may not be the login of a connection to these servers; undefined: it may. */
function loginProblem(
  { binding }: StoredCredential,
  endpoints: readonly Endpoint[],
): string | undefined {
  const problem = misplacedLogin(binding, endpoints);
  if (problem === undefined) return undefined;
  if (problem === "login") return "its binding does not let it be the login of a connection";
  if (problem === "open") return "it goes out over TLS only, or to this machine";
  return `it is bound to ${binding.hosts.join(", ")}, not to ${problem.host}:${problem.port}`;
}

async function isGenuine(
  book: Pick<CredentialBook, "find" | "reveal">,
  { text, signature, name, header, user }: Parameters<Broker["verify"]>[0],
): Promise<boolean> {
  const credential = book.find(name, user);
  if (!credential) throw unknown(name, user);
  if (!credential.binding.headers.includes(header)) return false;
  const own = createHmac("sha256", await book.reveal(credential))
    .update(text)
    .digest();
  const given = Buffer.from(signature, "hex");
  return given.length === own.length && timingSafeEqual(given, own);
}

/** Throws `tool_forbidden` for a placeholder where no secret may ever stand. */
function spotsOf({ url, headers }: OutgoingRequest): Spot[] {
  const spots: Spot[] = [];
  for (const [at, value] of Object.entries(headers)) {
    const names = placeholdersIn(value);
    if (names.length > 0) spots.push({ kind: "header", at, names });
    if (placeholdersIn(at).length > 0) throw nowhere("the name of a header");
  }
  for (const [at, value] of url.searchParams) {
    const names = placeholdersIn(value);
    if (names.length > 0) spots.push({ kind: "query", at, names });
    if (placeholdersIn(at).length > 0) throw nowhere("the name of a parameter");
  }
  if (placeholdersIn(decoded(url.pathname + url.hash)).length > 0) throw nowhere("the path");
  return spots;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function bySecret(spots: Spot[]): Map<string, Spot[]> {
  const found = new Map<string, Spot[]>();
  for (const spot of spots) {
    for (const name of spot.names) found.set(name, [...(found.get(name) ?? []), spot]);
  }
  return found;
}

/** Why a credential may not stand there; undefined: it may. */
function problemOf(
  { binding }: StoredCredential,
  { url, method }: OutgoingRequest,
  at: Spot[],
): string | undefined {
  switch (misplaced(binding, url, method)) {
    case "scheme":
      return "it goes out over https only, or over http to this machine";
    case "host":
      return `it is bound to ${binding.hosts.join(", ")}, not to ${url.host}`;
    case "method":
      return `it is bound to ${binding.methods.join(", ")}, not to ${method}`;
    case undefined:
      break;
  }
  const isBound = (spot: Spot) =>
    spot.kind === "header" ? binding.headers.includes(spot.at) : binding.query.includes(spot.at);
  const wrong = at.find((spot) => !isBound(spot));
  return (
    wrong && `the ${wrong.kind === "header" ? "header" : "parameter"} ${wrong.at} may not hold it`
  );
}

function filled(
  { url, method, headers }: OutgoingRequest,
  spots: Spot[],
  secrets: ReadonlyMap<string, string>,
): OutgoingRequest {
  const secretOf = (name: string) => secrets.get(name) ?? "";
  const names = new Set(spots.filter(({ kind }) => kind === "header").map(({ at }) => at));
  const placed = Object.entries(headers).map(([name, value]) => [
    name,
    names.has(name) ? fillPlaceholders(value, secretOf) : value,
  ]);
  return {
    method,
    headers: Object.fromEntries(placed) as Record<string, string>,
    url: spots.some(({ kind }) => kind === "query") ? filledUrl(url, secretOf) : url,
  };
}

/** Every other parameter stays as it was written. */
function filledUrl(url: URL, secretOf: (name: string) => string): URL {
  const parts = url.search.slice(1).split("&");
  const search = parts.map((part) => {
    const [[name, value] = ["", ""]] = [...new URLSearchParams(part)];
    if (placeholdersIn(value).length === 0) return part;
    return `${encodeURIComponent(name)}=${encodeURIComponent(fillPlaceholders(value, secretOf))}`;
  });
  const next = new URL(url);
  next.search = search.join("&");
  return next;
}

function unknown(name: string, { organisation, environment }: CredentialUser): FlotillaError {
  const where = `${organisation}, ${environment}`;
  return new FlotillaError("credentials_missing", `There is no credential ${name} in ${where}.`, {
    remedy: `Set it with: flotilla credentials set ${name}`,
  });
}

function refused({ name }: StoredCredential, problem: string): FlotillaError {
  return new FlotillaError("tool_forbidden", `The credential ${name} was not sent: ${problem}.`, {
    remedy: "Change the request, or set the credential again with a binding that allows it.",
  });
}

function nowhere(place: string): FlotillaError {
  return new FlotillaError("tool_forbidden", `A credential cannot stand in ${place}.`, {
    remedy: "Place it in a header or a query parameter of its binding.",
  });
}
