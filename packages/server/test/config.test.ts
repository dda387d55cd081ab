import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FlotillaError } from "@flotilla/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadConfig } from "../src/load-config.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "flotilla-config-"));
});
afterAll(() => rm(folder, { recursive: true }));

const file = async (name: string, text: string) => {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
};

const problemsOf = async (...args: Parameters<typeof loadConfig>): Promise<string> =>
  loadConfig(...args).then(
    () => "none",
    (error: FlotillaError) => error.message,
  );

test("every problem of the options, the environment, the file and the secrets is told at once", async () => {
  const path = await file(
    "bad.yaml",
    "prot: 80\nlogLevel: loud\nproviders: { x: { kind: openai, apiKye: a } }\n",
  );
  const message = await problemsOf(
    { port: 99_999 },
    {
      FLOTILLA_CONFIG: path,
      FLOTILLA_WORKERS: "many",
      FLOTILLA_PRICES: "{secret",
      DATABASE_URL: "file:/nowhere/at/all",
    },
    folder,
  );
  const lines = message.split("\n").map((line) => line.trim());
  expect(lines).toContain(`prot in ${path}: there is no such setting; is it "port"?`);
  expect(lines).toContain(
    `providers in ${path} (x.apiKye): there is no such setting; is it "apiKey"?`,
  );
  expect(lines.some((line) => line.startsWith(`logLevel in ${path}: `))).toBe(true);
  expect(lines.some((line) => line.startsWith("--port: "))).toBe(true);
  expect(lines.some((line) => line.startsWith("FLOTILLA_WORKERS: "))).toBe(true);
  expect(lines).toContain("FLOTILLA_PRICES: it is not valid JSON");
  expect(lines.some((line) => /^DATABASE_URL: file:.* ENOENT/.test(line))).toBe(true);
  expect(lines[0]).toBe(`The configuration has ${lines.length - 1} problem(s):`);
  expect(message).not.toContain("secret");
});

test("a file that cannot be read does not hide other problems", async () => {
  const path = await file("broken.yaml", "port: [");
  const message = await problemsOf({}, { FLOTILLA_CONFIG: path, FLOTILLA_PORT: "-1" }, folder);
  expect(message).toContain(`${path} cannot be read`);
  expect(message).toContain("FLOTILLA_PORT: ");
});

test("an option is over the environment, and that over the file", async () => {
  const path = await file("order.yaml", "port: 1\nworkers: 2\nconcurrency: 3\n");
  const env = { FLOTILLA_CONFIG: path, FLOTILLA_WORKERS: "5", FLOTILLA_PORT: "6" };
  const { port, workers, concurrency } = await loadConfig({ port: 7 }, env, folder);
  expect({ port, workers, concurrency }).toEqual({ port: 7, workers: 5, concurrency: 3 });
});

test("a variable can be in a file, but not in both", async () => {
  const url = "postgres://u:p@db:5432/x";
  const path = await file("url", `${url}\n`);
  const key = await file("key", "sk-1\n");
  const config = await loadConfig(
    {},
    { DATABASE_URL_FILE: path, OPENAI_API_KEY_FILE: key },
    folder,
  );
  expect(config.databaseUrl).toBe(url);
  expect(config.variables["OPENAI_API_KEY"]).toBe("sk-1");
  const both = { DATABASE_URL_FILE: path, DATABASE_URL: url };
  expect(await problemsOf({}, both, folder)).toContain("DATABASE_URL is set as well");
  const other = await loadConfig({}, { SSL_CERT_FILE: "/nowhere" }, folder);
  expect(other.variables["SSL_CERT"]).toBeUndefined();
});

test("a secret is read from where the setting says: file, variable or command", async () => {
  const key = await file("provider-key", "from file\n");
  const script = await file("get-key", "#!/bin/sh\necho from command $1\n");
  await chmod(script, 0o755);
  const providers = {
    a: { kind: "openai", apiKey: `file:${key}` },
    b: { kind: "openai", apiKey: "env:TOKEN" },
    c: { kind: "openai", apiKey: `exec:${script} c`, headers: { "x-plain": "env of mine" } },
  };
  const path = await file("secrets.json", JSON.stringify({ providers }));
  const config = await loadConfig({}, { FLOTILLA_CONFIG: path, TOKEN: "from variable" }, folder);
  const keys = ["a", "b", "c"].map((name) => config.providers[name]?.apiKey);
  expect(keys).toEqual(["from file", "from variable", "from command c"]);
  expect(config.providers["c"]?.headers).toEqual({ "x-plain": "env of mine" });
});

test("what a failing command prints is not told", async () => {
  const env = { DATABASE_URL: "exec:echo hunter2; echo hunter3 >&2; exit 3" };
  const message = await problemsOf({}, env, folder);
  expect(message).toContain("the command ended with code 3");
  expect(message.replace(env.DATABASE_URL, "")).not.toContain("hunter");
});

test("a field of Vault's KV is read, of both versions of the engine", async () => {
  const vault = createServer((request, response) => {
    const isKnown = request.headers["x-vault-token"] === "t";
    const fields = { url: "postgres://u:p@db/x" };
    const data = request.url === "/v1/secret/data/flotilla" ? { data: fields } : fields;
    response.statusCode = isKnown ? 200 : 403;
    response.end(JSON.stringify({ data }));
  });
  await new Promise<void>((resolve) => vault.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${(vault.address() as AddressInfo).port}`;
  const read = (place: string, token: string) =>
    loadConfig({}, { DATABASE_URL: place, VAULT_ADDR: address, VAULT_TOKEN: token }, folder);
  const second = await read("vault:secret/data/flotilla#url", "t");
  const first = await read("vault:kv/flotilla#url", "t");
  expect([first.databaseUrl, second.databaseUrl]).toEqual(Array(2).fill("postgres://u:p@db/x"));
  await expect(read("vault:kv/flotilla#url", "other")).rejects.toThrow("Vault answered 403");
  await expect(read("vault:kv/flotilla#uri", "t")).rejects.toThrow("no text in the field uri");
  await new Promise((resolve) => vault.close(resolve));
});

test("where tools come from is a folder, or all places at once", async () => {
  const toolsOf = async (...args: Parameters<typeof loadConfig>) =>
    (await loadConfig(...args)).tools;
  const none = { packages: [], openapi: [], from: folder };
  expect(await toolsOf({}, {}, folder)).toEqual(none);
  const inFolder = { ...none, folder: join(folder, "my-tools") };
  expect(await toolsOf({}, { FLOTILLA_TOOLS: "my-tools" }, folder)).toEqual(inFolder);
  const path = await file("tools.yaml", "tools: { folder: ./my-tools, packages: ['@acme/crm'] }");
  const both = { ...inFolder, packages: ["@acme/crm"] };
  expect(await toolsOf({}, { FLOTILLA_CONFIG: path }, folder)).toEqual(both);
  const FLOTILLA_TOOLS = '{"packages":["@acme/crm"]}';
  expect(await toolsOf({}, { FLOTILLA_TOOLS }, folder)).toEqual({
    ...none,
    packages: ["@acme/crm"],
  });
  expect(await problemsOf({}, { FLOTILLA_TOOLS: '{"packages":["../x"]}' }, folder)).toContain(
    "FLOTILLA_TOOLS (packages.0): not the name of an npm package",
  );
  const openapi = JSON.stringify({ openapi: [{ document: "crm.yaml", prefix: "CRM" }] });
  expect(await problemsOf({}, { FLOTILLA_TOOLS: openapi }, folder)).toContain(
    "FLOTILLA_TOOLS (openapi.0.prefix): use lower-case letters",
  );
  expect(await problemsOf({}, { FLOTILLA_TOOLS: '{"pakages":["x"]}' }, folder)).toContain(
    'FLOTILLA_TOOLS (pakages): there is no such setting; is it "packages"?',
  );
});
