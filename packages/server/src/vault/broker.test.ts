import { randomBytes } from "node:crypto";
import type {
  Clock,
  CredentialBinding,
  CredentialKind,
  CredentialUser,
  OutgoingRequest,
} from "@flotilla/core";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { openTestStore, type TestStore } from "../../../store/test/open-test-store.ts";
import { systemClock } from "@flotilla/engine";
import { Redactor } from "../redact/redactor.ts";
import { localKey } from "./local-key.ts";
import { openVault } from "./open-vault.ts";
import { sealCredential } from "./sealed-credential.ts";

const silent = () => undefined;
const log = { debug: silent, info: silent, warn: silent, error: silent };
let shared: TestStore;
beforeAll(async () => {
  shared = await openTestStore();
});
afterAll(() => shared.drop());

/** Each test has an organisation of its own. */
let organisations = 0;
let user: CredentialUser;
const secret = "s3cret/value+1&2";

const binding: CredentialBinding = {
  hosts: ["api.example.com", "*.example.org", "127.0.0.1:8080", "localhost:81"],
  methods: ["GET", "POST"],
  headers: ["authorization", "x-key"],
  query: ["key"],
};

async function openTestVault(checksCertificates = true, clock: Clock = systemClock) {
  const scope = { organisation: `org-${++organisations}`, environment: "prod" } as const;
  user = { ...scope, runId: "run_1", by: "http_fetch" };
  const { store } = shared;
  const redact = new Redactor();
  const keys = [localKey(randomBytes(32).toString("base64"))];
  const vault = await openVault({
    store,
    keys,
    checksCertificates,
    redact,
    clock,
    log,
  });
  onTestFinished(() => vault.close());
  return { store, vault, redact, credentials: store.tenant(scope).credentials };
}

type Opened = Awaited<ReturnType<typeof openTestVault>>;

async function put(
  { vault, credentials }: Opened,
  name: string,
  given: {
    secret?: string;
    kind?: CredentialKind;
    binding?: CredentialBinding;
    version?: number;
  } = {},
) {
  const id = `crd_${user.organisation}_${name}`;
  const version = given.version ?? 1;
  const place = { organisation: user.organisation, credentialId: id, version };
  const sealed = await sealCredential(vault.keyring, place, given.secret ?? secret);
  await credentials.put({
    ...{ id, version, name, description: "", createdBy: "ann", provider: null, ...sealed },
    kind: given.kind ?? "header",
    binding: given.binding ?? binding,
  });
  await vault.refresh();
}

function request(
  url: string,
  headers: Record<string, string> = {},
  method = "GET",
): OutgoingRequest {
  return { url: new URL(url), method, headers };
}

const bearer = { authorization: "Bearer {{credential:github}}" };

describe("a placeholder", () => {
  test("is replaced in the bound header or parameter, and nothing else is changed", async () => {
    const opened = await openTestVault();
    await put(opened, "github");
    const { credentials } = opened.vault;
    const asked = request("https://api.example.com/a?b=%20c&b=+d", {
      ...bearer,
      accept: "text/plain",
    });
    const placed = await credentials.place(asked, user);
    expect(placed.headers).toEqual({ authorization: `Bearer ${secret}`, accept: "text/plain" });
    expect(placed.url.href).toBe(asked.url.href);
    const query = request("https://api.example.com/a?b=%20c&key={{credential:github}}&d=1#e");
    const filled = await credentials.place(query, user);
    expect(filled.url.href).toBe(
      "https://api.example.com/a?b=%20c&key=s3cret%2Fvalue%2B1%262&d=1#e",
    );
    expect(query.url.href).toContain("credential:github");
    const plain = request("https://elsewhere.test/?q={{name}}", { authorization: "Bearer x" });
    expect(await credentials.place(plain, user)).toBe(plain);
    expect(opened.redact.text(`x ${secret} y`)).toBe("x [redacted] y");
  });

  test.each([
    ["https://api.example.com/", "GET"],
    ["https://API.example.com:443/x", "post"],
    ["https://a.example.org/", "GET"],
    ["https://a.b.example.org./", "GET"],
    ["http://127.0.0.1:8080/", "GET"],
    ["http://localhost:81/", "GET"],
  ])("may go to %s with %s", async (url, method) => {
    const opened = await openTestVault();
    await put(opened, "github");
    const placed = await opened.vault.credentials.place(request(url, bearer, method), user);
    expect(placed.headers["authorization"]).toBe(`Bearer ${secret}`);
  });

  test.each([
    ["another host", "https://evil.test/", "GET", "bound to api.example.com"],
    ["a host that begins alike", "https://api.example.com.evil.test/", "GET", "not to"],
    ["a host that ends alike", "https://evilexample.org/", "GET", "not to"],
    ["the domain of a suffix itself", "https://example.org/", "GET", "not to"],
    ["another port", "https://api.example.com:8443/", "GET", "not to api.example.com:8443"],
    ["plain http", "http://api.example.com/", "GET", "https only"],
    ["a name of this machine's network", "http://127.0.0.1.evil.test:8080/", "GET", "https only"],
    ["another method", "https://api.example.com/", "DELETE", "bound to GET, POST"],
  ])("is refused for %s", async (_what, url, method, message) => {
    const opened = await openTestVault();
    await put(opened, "github");
    const placing = opened.vault.credentials.place(request(url, bearer, method), user);
    await expect(placing).rejects.toMatchObject({
      code: "tool_forbidden",
      message: expect.stringContaining(message) as string,
    });
  });

  test.each([
    ["another header", "https://api.example.com/", { cookie: "{{credential:github}}" }],
    ["another parameter", "https://api.example.com/?q={{credential:github}}", {}],
    ["the path", "https://api.example.com/{{credential:github}}/", {}],
    ["the fragment", "https://api.example.com/#{{credential:github}}", {}],
    ["the name of a header", "https://api.example.com/", { "{{credential:github}}": "x" }],
    ["the name of a parameter", "https://api.example.com/?{{credential:github}}=1", {}],
  ])("is refused in %s", async (_what, url, headers) => {
    const opened = await openTestVault();
    await put(opened, "github");
    const placing = opened.vault.credentials.place(request(url, headers), user);
    await expect(placing).rejects.toMatchObject({ code: "tool_forbidden" });
  });

  test("of nobody, or of another scope, is not found", async () => {
    const opened = await openTestVault();
    await put(opened, "github");
    const asked = request("https://api.example.com/", bearer);
    const others = [
      { ...user, organisation: "other" },
      { ...user, environment: "dev" as const },
    ];
    for (const other of others) {
      await expect(opened.vault.credentials.place(asked, other)).rejects.toMatchObject({
        code: "credentials_missing",
      });
    }
    const unknown = request("https://api.example.com/", { "x-key": "{{credential:other}}" });
    await expect(opened.vault.credentials.place(unknown, user)).rejects.toMatchObject({
      code: "credentials_missing",
      remedy: expect.stringContaining("flotilla credentials set other") as string,
    });
  });

  test("of kind basic stands for the encoded pair", async () => {
    const opened = await openTestVault();
    await put(opened, "login", { kind: "basic", secret: "ann:pass:word" });
    const asked = request("https://api.example.com/", {
      authorization: "Basic {{credential:login}}",
    });
    const { headers } = await opened.vault.credentials.place(asked, user);
    expect(headers["authorization"]).toBe("Basic YW5uOnBhc3M6d29yZA==");
    expect(opened.redact.text("pass:word")).toBe("[redacted]");
  });

  test("goes nowhere over https in a process that checks no certificates", async () => {
    const opened = await openTestVault(false);
    await put(opened, "github");
    const placing = opened.vault.credentials.place(
      request("https://api.example.com/", bearer),
      user,
    );
    await expect(placing).rejects.toThrow("NODE_TLS_REJECT_UNAUTHORIZED");
  });

  test("never goes to a host that its binding does not name, whatever the URL is", async () => {
    const opened = await openTestVault();
    await put(opened, "github");
    await fc.assert(
      fc.asyncProperty(fc.webUrl({ withQueryParameters: true }), async (url) => {
        const asked = request(url, bearer);
        const placed = await opened.vault.credentials.place(asked, user).catch(() => undefined);
        expect(placed === undefined || asked.url.hostname.endsWith(".example.org")).toBe(true);
      }),
    );
  });
});

test("a new version is used once the process was told, and a removed credential by nobody", async () => {
  const opened = await openTestVault();
  const other = await openVault({
    store: opened.store,
    keys: [],
    checksCertificates: true,
    redact: new Redactor(),
    clock: systemClock,
    log,
  });
  onTestFinished(() => other.close());
  await put(opened, "github");
  await put(opened, "github", { version: 2, secret: "another-secret" });
  const asked = request("https://api.example.com/", bearer);
  const { headers } = await opened.vault.credentials.place(asked, user);
  expect(headers["authorization"]).toBe("Bearer another-secret");
  expect(opened.redact.text(secret)).toBe("[redacted]");
  // Told by NOTIFY alone; without a key it can say only that.
  await expect
    .poll(() => other.credentials.place(asked, user).catch((error: Error) => error.message))
    .toContain("The vault has no key");
  await opened.credentials.remove("github");
  await expect
    .poll(() => other.credentials.place(asked, user).catch((error: Error) => error.message))
    .toContain("There is no credential github");
});

test("only what belongs to its organisation is without a secret, until an hour after it is gone", async () => {
  let now = 0;
  const opened = await openTestVault(true, { ...systemClock, now: () => now });
  const own = opened.redact.of(user.organisation);
  const { room } = own;
  await put(opened, "github");
  await put(opened, "github", { version: 2, secret: "another-secret" });
  await opened.credentials.remove("github");
  await opened.vault.refresh();
  now = 3_599_999;
  await opened.vault.refresh();
  const text = `${secret} another-secret`;
  expect(own.text(text)).toBe("[redacted] [redacted]");
  expect(opened.redact.of("somebody-else").text(text)).toBe(text);
  now = 3_600_000;
  await opened.vault.refresh();
  expect(own.text(text)).toBe(text);
  expect(own.room).toBe(room);
});

test("uses are noted, those that were refused too, alike ones together", async () => {
  const opened = await openTestVault();
  await put(opened, "github");
  const { credentials } = opened.vault;
  const good = request("https://api.example.com/", bearer);
  for (let i = 0; i < 3; i++) await credentials.place(good, user);
  await expect(credentials.place(request("https://evil.test/", bearer), user)).rejects.toThrow(
    "evil.test",
  );
  await opened.vault.flush();
  const uses = await opened.credentials.uses(`crd_${user.organisation}_github`, 10);
  const common = { version: 1, runId: "run_1", by: "http_fetch" };
  expect(uses).toHaveLength(2);
  expect(uses).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ ...common, host: "api.example.com", allowed: true, uses: 3 }),
      expect.objectContaining({ ...common, host: "evil.test", allowed: false, uses: 1 }),
    ]),
  );
  expect((await opened.credentials.find("github"))?.lastUsedAt).not.toBeNull();
});
