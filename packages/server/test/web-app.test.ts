import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hono } from "hono";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ServerEnv } from "../src/app-parts.ts";
import { openTestServer, problemOf, type TestServer } from "./open-test-server.ts";

let server: TestServer;
let folder: string;
let app: Hono<ServerEnv>;
beforeAll(async () => {
  server = await openTestServer();
  folder = await mkdtemp(join(tmpdir(), "flotilla-web-"));
  const root = join(folder, "dist");
  await mkdir(join(root, "assets"), { recursive: true });
  await writeFile(
    join(root, "index.html"),
    `<base href="/" /><meta property="csp-nonce" nonce="" /><title>the app</title>`,
  );
  await writeFile(join(root, "color-scheme.js"), "1;");
  await writeFile(join(root, "assets", "index-a1b2.js"), "2;");
  await writeFile(join(root, "assets", "index-a1b2.js.br"), "as brotli");
  await writeFile(join(folder, "secret.txt"), "secret");
  app = server.appWith({ webRoot: root });
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const page = { headers: { accept: "text/html,*/*;q=0.8" } };

test("files with a hash in their name are kept for ever, the others asked for each time", async () => {
  const cacheOf = async (path: string) => (await app.request(path)).headers.get("cache-control");
  expect(await cacheOf("/assets/index-a1b2.js")).toBe("public, max-age=31536000, immutable");
  expect(await cacheOf("/color-scheme.js")).toBe("no-cache");
  expect(await cacheOf("/")).toBe("no-store");
  const script = await app.request("/assets/index-a1b2.js");
  expect(script.headers.get("content-type")).toContain("text/javascript");
  expect(script.headers.get("content-security-policy")).toContain("default-src 'self'");
});

test("a file goes out as the build compressed it, where the client takes that", async () => {
  const asked = (encodings: string) =>
    app.request("/assets/index-a1b2.js", { headers: { "accept-encoding": encodings } });
  const compressed = await asked("gzip, br");
  expect(compressed.headers.get("content-encoding")).toBe("br");
  expect(compressed.headers.get("content-type")).toContain("text/javascript");
  expect(compressed.headers.get("vary")).toContain("Accept-Encoding");
  expect(compressed.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  expect(await compressed.text()).toBe("as brotli");
  const plain = await asked("identity");
  expect(plain.headers.get("content-encoding")).toBeNull();
  expect(await plain.text()).toBe("2;");
});

test("addresses of the app's own pages bring its start page", async () => {
  for (const path of ["/", "/runs", "/runs/run_1", "/batches?status=running"]) {
    const answer = await app.request(path, page);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain("the app");
  }
});

test("the start page says where it is mounted, and has the nonce of its policy and no other's", async () => {
  const mounted = server.appWith({ webRoot: join(folder, "dist"), mountPath: "/ops/fleet/" });
  const nonces = new Set<string>();
  for (const path of ["/", "/index.html", "/runs/run_1"]) {
    const answer = await mounted.request(path, page);
    const text = await answer.text();
    expect(text).toContain('<base href="/ops/fleet/" />');
    const nonce = /nonce="([\w+/=]{16,})"/.exec(text)?.[1] ?? "none";
    const policy = answer.headers.get("content-security-policy") ?? "";
    expect(policy).toContain(`style-src 'self' 'nonce-${nonce}'`);
    expect(policy).not.toContain("unsafe");
    nonces.add(nonce);
  }
  expect(nonces.size).toBe(3);
});

test("missing files and API routes are not found, also where a browser asks", async () => {
  for (const path of ["/assets/gone.js", "/api/v1/gone", "/api/v2"]) {
    expect(await problemOf(app.request(path, page))).toMatchObject({ status: 404 });
  }
  expect(await problemOf(app.request("/gone.js"))).toMatchObject({ status: 404 });
});

test("nothing outside the app's folder is served", async () => {
  for (const path of ["/../secret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt"]) {
    const answer = await app.request(path);
    expect(answer.status).toBe(404);
    expect(await answer.text()).not.toContain("secret\n");
  }
});

test("without a built web app the start page says what to do", async () => {
  const answer = await server.app.request("/", page);
  expect(await answer.text()).toContain("npm run build");
  expect(await problemOf(server.app.request("/"))).toMatchObject({ status: 404 });
});
