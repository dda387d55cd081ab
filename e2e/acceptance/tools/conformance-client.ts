import type { Client, McpServerSet } from "@flotilla/api";
import { startPlatform, type Platform } from "../../platform.ts";
import { listeningPorts, parentOf } from "./listening-ports.ts";
import { approveTools, settled, startRun } from "./mcp-peer.ts";

/*
 * The client that the official conformance suite tests: the platform itself, with the suite's server as one of its MCP
 * servers, whose tools a run calls. The suite gives the server's address as the last argument, and what is known of the client
 * beforehand in its environment. This program does what people do: it approves, it signs in where it is sent, it answers.
 */
const url = process.argv.at(-1) ?? "";
const inputs: Record<string, object> = { add_numbers: { a: 5, b: 3 } };
/** So often a person signs in before he gives up. */
const patience = 3;

/** What the suite knows of the client beforehand. */
interface Known {
  client_id?: string;
  client_secret?: string;
  private_key_pem?: string;
  signing_algorithm?: "ES256";
}
const known = JSON.parse(process.env["MCP_CONFORMANCE_CONTEXT"] ?? "{}") as Known;
const scenario = process.env["MCP_CONFORMANCE_SCENARIO"] ?? "";
let signedIn = 0;

// The suite has started this program, by a shell. Where its authorization server is only the server under test may tell.
const suites = [process.ppid, parentOf(process.ppid)];
const hosts = suites.flatMap((pid) => listeningPorts(pid)).map((port) => `localhost:${port}`);
const allow = [...new Set([new URL(url).host, ...hosts])].join(",");
const platform = await startPlatform({ env: { FLOTILLA_HTTP_ALLOW: allow } });
try {
  await meetServer(platform);
} finally {
  await platform.stop();
}

async function meetServer({ client }: Platform): Promise<void> {
  const oauth = clientOf();
  const transport: McpServerSet["transport"] = { kind: "http", url, ...(oauth && { oauth }) };
  const { hash } = await client.mcpServers.set("suite", { transport });
  // The suite's client ids and secrets begin alike: once a secret is known, what is like it is taken out of settings.
  await keepSecret(client);
  await client.mcpServers.approve("suite", hash);
  await connected(client);
  await approveTools({ client }, "suite");
  const { items } = await client.mcpServers.tools("suite");
  if (items.length === 0) return;
  do await callAll(client, items);
  while (await signsIn(client));
}

/** Tests the server, and signs in as long as it asks for that. */
async function connected(client: Client): Promise<void> {
  for (;;) {
    const { error } = await client.mcpServers.test("suite");
    if (error === null) return;
    if (!(await signsIn(client))) throw new Error(error);
  }
}

/** Signs in where the server needs it; false: it does not, or not again. */
async function signsIn(client: Client): Promise<boolean> {
  const { state } = await client.mcpServers.get("suite");
  if (state !== "needs_sign_in" || signedIn === patience) return false;
  signedIn += 1;
  const { url: address } = await client.mcpServers.connect("suite");
  const answer = await fetch(address, { redirect: "manual" });
  const back = new URL(answer.headers.get("location") ?? "");
  const text = (name: string) => back.searchParams.get(name) ?? undefined;
  await client.mcpServers.finishConnect({
    ...{ state: text("state") ?? "", code: text("code"), iss: text("iss"), error: text("error") },
  });
  return true;
}

async function callAll(
  client: Client,
  items: readonly { name: string; tool: string }[],
): Promise<void> {
  const calls = items.map(({ name, tool }) => ({ tool: name, input: inputs[tool] ?? {} }));
  const runId = await startRun(platform, "tested", [{ calls }, { text: "done" }], ["suite__*"]);
  while ((await settled(platform, runId)) === "waiting") {
    const open = (await client.inbox.list({ state: "open" })).items;
    for (const { interruptId } of open.filter((one) => one.runId === runId)) {
      await client.interrupts.answer(runId, interruptId, { action: "reply", value: {} });
    }
  }
}

/** The client as it is known there beforehand. */
function clientOf(): Extract<McpServerSet["transport"], { kind: "http" }>["oauth"] {
  if (scenario === "auth/basic-cimd") {
    // As an operator says it whose platform is reached over https.
    return { clientId: "https://conformance-test.local/client-metadata.json" };
  }
  const { client_id: clientId, signing_algorithm: signs } = known;
  if (clientId === undefined) return undefined;
  const asClient = scenario.startsWith("auth/client-credentials");
  return {
    ...{ clientId, credential: "suite", ...(signs && { signs }) },
    ...(asClient && { as: "client" as const }),
  };
}

/** What that client proves itself by. */
async function keepSecret(client: Client): Promise<void> {
  const { client_secret: secret, private_key_pem: key } = known;
  const text = key?.replace(/-----[A-Z ]+-----|\s/g, "") ?? secret;
  if (text === undefined) return;
  await client.credentials.set("suite", {
    ...{ kind: "generic", secret: text, binding: { hosts, login: true } },
  });
}
