import type { McpTransport } from "@flotilla/core";
import { openMcp, openSandbox, openTools, transportHash, type McpParts } from "@flotilla/tools";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { testContext } from "../../tools/src/test-context.ts";
import { openTestServer, send, type TestServer } from "./open-test-server.ts";

const packages = fileURLToPath(new URL("../../../node_modules", import.meta.url));
const everything = join(packages, "@modelcontextprotocol/server-everything/dist/index.js");
const place = { organisation: "default", environment: "prod" } as const;

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

async function open(tier?: "none") {
  const folder = await mkdtemp(join(tmpdir(), "flotilla-mcp-"));
  const { store, vault, logger } = server;
  const parts: McpParts = {
    ...{ store: store.mcpTools, ...vault, log: logger, allow: [] },
    stdio: { sandbox: () => openSandbox(tier ? { tier } : {}), folder },
  };
  const mcp = openMcp(parts);
  const tools = await openTools({ mcp });
  onTestFinished(async () => {
    tools.close();
    await mcp.close();
    await rm(folder, { recursive: true, force: true });
  });
  return { folder, mcp, tools, client: server.client, app: server.appWith({ mcp, tools }) };
}

type Program = { args: string[]; readable?: string[]; env?: Record<string, string> };

/** Sets a program as a server, approves it and looks at it. */
async function look(app: TestServer["app"], name: string, program: Program) {
  const transport = { kind: "stdio", command: "node", ...program };
  const set = await send(app, "PUT", `/mcp-servers/${name}`, { transport });
  const { hash } = (await set.json()) as { hash: string };
  await send(app, "POST", `/mcp-servers/${name}/approve`, { hash });
  const tested = await send(app, "POST", `/mcp-servers/${name}/test`);
  return (await tested.json()) as { error: string | null; server: { waitingTools: number } };
}

it("a program is spoken with in a sandbox: it has its folder, and no network", async () => {
  const { app, client, tools, folder } = await open();
  const script = join(folder, "server.mjs");
  await writeFile(
    script,
    `import { createInterface } from "node:readline";
import { readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
const say = (id, result) => console.log(JSON.stringify({ jsonrpc: "2.0", id, result }));
const attempt = (act) => new Promise((done) => { try { act(done); } catch (e) { done(e.code ?? e.message); } });
for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line);
  if (method === "initialize") say(id, { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "probe", version: "1" } });
  else if (method === "tools/list") say(id, { tools: [{ name: "probe", inputSchema: { type: "object" } }] });
  else if (method === "tools/call") {
    const tried = {
      own: await attempt((done) => { writeFileSync("kept", "x"); done("written"); }),
      outside: await attempt((done) => { readFileSync("/etc/shadow"); done("read"); }),
      network: await attempt((done) => connect(80, "127.0.0.1").once("error", (e) => done(e.code)).once("connect", () => done("reached"))),
      secret: process.env.TOKEN ?? null, home: process.env.DATABASE_URL ?? null,
    };
    say(id, { content: [{ type: "text", text: JSON.stringify(tried) }] });
  } else if (id !== undefined) console.log(JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32601, message: "no" } }));
}`,
  );
  const env = { TOKEN: "given" };
  const { error } = await look(app, "probe", { args: [script], readable: [script], env });
  expect(error).toBeNull();
  const { items } = await client.mcpServers.tools("probe");
  const [probe] = items;
  await client.mcpServers.approveTools("probe", {
    tools: [{ tool: "probe", hash: probe?.hash ?? "" }],
  });
  const call = async () =>
    (await tools.of(place)).call("probe__probe", {}, testContext()).catch(() => undefined);
  await expect.poll(call, { timeout: 5_000 }).toBeDefined();
  const { text } = (await call()) as { text: string };
  const tried = JSON.parse(text) as Record<string, string | null>;
  expect(tried).toMatchObject({ own: "written", secret: "given", home: null });
  expect(tried["outside"]).not.toBe("read");
  expect(tried["network"]).not.toBe("reached");
});

it("the official server of everything speaks over stdio", async () => {
  const { app, client } = await open();
  const args = [everything, "stdio"];
  const tested = await look(app, "everything", { args, readable: [packages] });
  expect(tested.error).toBeNull();
  expect(tested.server.waitingTools).toBeGreaterThan(8);
  const { items } = await client.mcpServers.tools("everything");
  expect(items.map(({ name }) => name)).toContain("everything__get_sum");
});

it("without a sandbox no program is started; a program that ends is an error", async () => {
  const { app } = await open("none");
  const refused = await look(app, "unboxed", { args: ["-e", "process.exit(3)"] });
  expect(refused.error).toMatch(/sandbox/i);
  const boxed = await open();
  const ended = await look(boxed.app, "ending", { args: ["-e", "process.exit(3)"] });
  expect(ended.error).toBeTruthy();
});

it("a program is added by owners and admins alone", async () => {
  const transport: McpTransport = {
    ...{ kind: "stdio", command: "node", args: [], env: {}, readable: [] },
  };
  const rule = await server.client.rules.add({
    effect: "allow",
    who: { kind: "role", role: "builder" },
    permission: "mcp.write",
  });
  onTestFinished(() => server.client.rules.remove(rule.id));
  const app = server.appWith({
    access: {
      signIn: "required",
      identify: async () => ({
        ...{ kind: "user", id: "usr_b", name: "b", role: "builder", instance: false },
        ...place,
      }),
      rules: (organisation) => server.store.rules.of(organisation),
    },
  });
  const refused = await send(app, "PUT", "/mcp-servers/mine", { transport });
  expect(refused.status).toBe(403);
  const http = { kind: "http", url: "https://mcp.example.com" };
  expect((await send(app, "PUT", "/mcp-servers/mine", { transport: http })).status).toBe(200);
  // What is approved is the whole of it: program, arguments, environment.
  const hashes = [{}, { args: ["x"] }, { env: { A: "1" } }, { command: "deno" }].map((other) =>
    transportHash({ ...transport, ...other }),
  );
  expect(new Set(hashes).size).toBe(4);
});
