import { describe, expect, test } from "vitest";
import {
  connectionSettingsSchema,
  endpointsOf,
  type Connection,
  type ConnectionSettings,
} from "./connection.ts";
import { credentialBindingSchema } from "./credential.ts";
import { pickConnection } from "./pick-connection.ts";
import { misplacedLogin } from "./placement.ts";

const server = (host: string, port: number, security = "tls") => ({ host, port, security });
const mail = (more: object = {}) => ({
  kind: "mail",
  address: "ann@example.com",
  imap: server("IMAP.example.com", 993),
  smtp: server("smtp.example.com", 587, "starttls"),
  ...more,
});

const settingsOf = (given: unknown) => connectionSettingsSchema.parse(given);

describe("the settings of a connection", () => {
  test.each<[string, unknown, string[]]>([
    ["mail", mail(), ["imap.example.com:993", "smtp.example.com:587"]],
    ["mail that only reads", mail({ smtp: undefined }), ["imap.example.com:993"]],
    [
      "a calendar",
      { kind: "calendar", url: "https://cal.example.com/dav" },
      ["cal.example.com:443"],
    ],
    ["one here", { kind: "calendar", url: "http://[::1]:5232/" }, ["[::1]:5232"]],
    ["a database", { kind: "database", host: "db.test", database: "d" }, ["db.test:5432"]],
    ["a search", { kind: "search", service: "brave" }, ["api.search.brave.com:443"]],
  ])("of %s name its servers", (_what, given, expected) => {
    const found = endpointsOf(settingsOf(given)).map(({ host, port }) => `${host}:${port}`);
    expect(found).toEqual(expected);
  });

  test.each<[string, unknown, string]>([
    [
      "an open line",
      mail({ imap: server("imap.example.com", 143, "none") }),
      "use tls or starttls",
    ],
    ["a port in the host", mail({ imap: server("a.test:993", 993) }), "without a port"],
    ["a line break", mail({ sender: "Ann\r\nBcc: x@y.z" }), "control characters"],
    ["no address", mail({ address: "ann" }), "support@example.com"],
    ["an open URL", { kind: "calendar", url: "http://cal.example.com/" }, "use https"],
    ["a login in a URL", { kind: "calendar", url: "https://a:b@cal.test/" }, "kept in the vault"],
    ["a file", { kind: "calendar", url: "file:///etc/passwd" }, "use an address"],
    ["no SearXNG", { kind: "search", service: "searxng" }, "where your SearXNG is"],
    [
      "an open database",
      { kind: "database", host: "db.test", database: "d", security: "none" },
      "use tls",
    ],
    ["an unknown kind", { kind: "fax" }, "kind"],
  ])("refuse %s", (_what, given, expected) => {
    const { error } = connectionSettingsSchema.safeParse(given);
    expect(JSON.stringify(error?.issues)).toContain(expected);
  });
});

describe("a login", () => {
  const endpoints = endpointsOf(settingsOf(mail()));
  const hosts = ["imap.example.com:993", "*.example.com:587"];
  const binding = (given: object) =>
    credentialBindingSchema.parse({ hosts, login: true, ...given });

  test("goes to the servers of its binding and nowhere else", () => {
    expect(misplacedLogin(binding({}), endpoints)).toBeUndefined();
    expect(misplacedLogin(binding({ hosts: hosts.slice(0, 1) }), endpoints)).toBe(endpoints[1]);
    expect(misplacedLogin(binding({ hosts: ["imap.example.com"] }), endpoints)).toBe(endpoints[0]);
    expect(misplacedLogin(binding({ login: undefined, headers: ["x"] }), endpoints)).toBe("login");
    const open = [{ host: "imap.example.com", port: 993, isPrivate: false }];
    expect(misplacedLogin(binding({}), open)).toBe("open");
  });
});

describe("the connection that is meant", () => {
  const all = ["work", "home", "team"].map((name, at) => {
    const settings: ConnectionSettings = settingsOf(
      at === 2 ? { kind: "calendar", url: "https://cal.test/" } : mail(),
    );
    return { name, settings } as Connection;
  });

  test("is the one of the name, or the only one of its kind", () => {
    expect(pickConnection("mail", "home", all).name).toBe("home");
    expect(pickConnection("calendar", undefined, all).name).toBe("team");
  });

  test.each<["mail" | "database", string | undefined, object]>([
    ["mail", undefined, { code: "tool_input_invalid", remedy: "Choose from: work, home." }],
    ["mail", "team", { code: "tool_input_invalid", remedy: "Choose from: work, home." }],
    [
      "database",
      undefined,
      { code: "tool_failed", message: expect.stringContaining("no database") },
    ],
  ])("is refused with what there is (%s, %s)", (kind, name, expected) => {
    expect(() => pickConnection(kind, name, all)).toThrow(expect.objectContaining(expected));
  });
});
