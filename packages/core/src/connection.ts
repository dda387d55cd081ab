import { z } from "zod";
import { environmentSchema } from "./caller.ts";
import { credentialNameSchema, credentialTestSchema } from "./credential.ts";
import { organisationSchema } from "./organisation.ts";

/** Unique within an organisation's environment; what tools and rules name. */
export const connectionNameSchema = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9_-]{0,46}[a-z0-9])?$/,
    "use 1 to 48 of a-z, 0-9, _ and - (not at the ends)",
  );

export const connectionKinds = ["mail", "calendar", "database", "search"] as const;
export type ConnectionKind = (typeof connectionKinds)[number];

const hostSchema = z
  .string()
  .max(253)
  .toLowerCase()
  .regex(
    /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*|\[[0-9a-f:.]+\])$/,
    "use a host such as imap.example.com, 127.0.0.1 or [::1], without a port",
  );

const portSchema = z.int().min(1).max(65_535);

/** What a server's certificate is held against beside the authorities that everybody trusts. */
const authoritySchema = z
  .string()
  .max(64_000)
  .regex(/-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----/, "use certificates as PEM")
  .optional();

const serverSchema = z
  .strictObject({
    host: hostSchema,
    port: portSchema,
    /** TLS from the first byte; STARTTLS, without which nothing is said; or nothing, to this machine alone. */
    security: z.enum(["tls", "starttls", "none"]).default("tls"),
  })
  .refine(({ security, host }) => security !== "none" || isLoopbackHost(host), {
    path: ["security"],
    error: "without TLS only this machine is spoken to: use tls or starttls",
  });

const urlSchema = z
  .string()
  .max(2_000)
  .superRefine((text, context) => {
    const problem = urlProblem(URL.parse(text));
    if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
  });

function urlProblem(url: URL | null): string | undefined {
  if (!url || !/^https?:$/.test(url.protocol))
    return "use an address such as https://example.com/dav/";
  if (url.username || url.password) return "leave the login out: it is kept in the vault";
  if (url.hash || url.search) return "leave out what follows ? or #";
  if (url.protocol === "http:" && !isLoopbackHost(url.hostname)) {
    return "without TLS only this machine is spoken to: use https";
  }
  return undefined;
}

/** A mailbox: read over IMAP, sent from over SMTP. */
export const mailSettingsSchema = z.strictObject({
  kind: z.literal("mail"),
  /** Whom mail is from. */
  address: z.email("use an address such as support@example.com").max(254),
  /** The name beside the address. */
  sender: z
    .string()
    .max(100)
    .regex(/^[^\p{Cc}]*$/u, "use no control characters")
    .optional(),
  imap: serverSchema,
  /** Left out: nothing can be sent. */
  smtp: serverSchema.optional(),
  ca: authoritySchema,
});

/** Calendars at a CalDAV server. */
export const calendarSettingsSchema = z.strictObject({
  kind: z.literal("calendar"),
  /** Of the server, of a person there, or of one calendar. */
  url: urlSchema,
  ca: authoritySchema,
});

/** A Postgres database. */
export const databaseSettingsSchema = z
  .strictObject({
    kind: z.literal("database"),
    host: hostSchema,
    port: portSchema.default(5_432),
    database: z.string().min(1).max(63),
    /** `none` goes to this machine alone. */
    security: z.enum(["tls", "none"]).default("tls"),
    /** Whether tools may change what is in it. */
    writable: z.boolean().default(false),
    ca: authoritySchema,
  })
  .refine(({ security, host }) => security !== "none" || isLoopbackHost(host), {
    path: ["security"],
    error: "without TLS only this machine is spoken to: use tls",
  });

/** A search service. */
export const searchSettingsSchema = z
  .strictObject({
    kind: z.literal("search"),
    service: z.enum(["searxng", "brave", "tavily"]),
    /** Left out: where the service is. */
    url: urlSchema.optional(),
  })
  .refine(({ service, url }) => service !== "searxng" || url !== undefined, {
    path: ["url"],
    error: "say where your SearXNG is",
  });

export const connectionSettingsSchema = z.discriminatedUnion("kind", [
  mailSettingsSchema,
  calendarSettingsSchema,
  databaseSettingsSchema,
  searchSettingsSchema,
]);
export type ConnectionSettings = z.output<typeof connectionSettingsSchema>;
export type SettingsOf<Kind extends ConnectionKind> = Extract<ConnectionSettings, { kind: Kind }>;

/** A system of somebody's that tools may use. Its secret is a credential. */
export const connectionSchema = z.object({
  id: z.string(),
  organisation: organisationSchema,
  environment: environmentSchema,
  name: connectionNameSchema,
  description: z.string(),
  settings: connectionSettingsSchema,
  /** The credential that opens it; null: it is open to all. */
  credential: credentialNameSchema.nullable(),
  createdBy: z.string(),
  createdAt: z.iso.datetime(),
  /** What the last test said; null while there was none since it was set. */
  test: credentialTestSchema.nullable(),
});
export type Connection = z.infer<typeof connectionSchema>;

/** What opens a connection. */
export interface ConnectionLogin {
  /** null where the secret is all there is. */
  user: string | null;
  secret: string;
}

/** A connection at the moment of a call. */
export interface OpenedConnection<Kind extends ConnectionKind = ConnectionKind> {
  name: string;
  settings: SettingsOf<Kind>;
  login: ConnectionLogin | null;
}

/** A server that a connection talks to. */
export interface Endpoint {
  /** As in URLs: an IPv6 address is in brackets. */
  host: string;
  port: number;
  /** Nothing of what is said can be read on the way. */
  isPrivate: boolean;
}

const searchUrls = {
  brave: "https://api.search.brave.com/res/v1/web/search",
  tavily: "https://api.tavily.com/search",
};

/** Where a search service is asked. */
export function searchUrl({ service, url }: SettingsOf<"search">): string {
  return url ?? (service === "searxng" ? "" : searchUrls[service]);
}

/** Every server that a connection talks to. */
export function endpointsOf(settings: ConnectionSettings): Endpoint[] {
  switch (settings.kind) {
    case "mail":
      return [settings.imap, ...(settings.smtp ? [settings.smtp] : [])].map(ofServer);
    case "database":
      return [ofServer(settings)];
    case "calendar":
      return [ofUrl(settings.url)];
    case "search":
      return [ofUrl(searchUrl(settings))];
  }
}

function ofServer(server: { host: string; port: number; security: string }): Endpoint {
  return { host: server.host, port: server.port, isPrivate: server.security !== "none" };
}

function ofUrl(text: string): Endpoint {
  const { hostname, port, protocol } = new URL(text);
  const isPrivate = protocol === "https:";
  return { host: hostname, port: Number(port) || (isPrivate ? 443 : 80), isPrivate };
}

/** By its literal address, or by the one name that means nothing else. */
export function isLoopbackHost(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(host);
}
