import { createClient, type Client, type McpServerSet } from "@flotilla/api";
import { approveTools, settled, startRun } from "./mcp-peer.ts";

/*
 * The client that the official conformance suite tests: the platform itself, with the suite's server as one of its MCP
 * servers, whose tools a run calls. The suite gives the server's address as the last argument, and what is known of the client
 * beforehand in its environment. This program does what people do, in an organisation of the scenario's own: it approves, it signs in
 * where it is sent, it answers. Once a secret is known, what is like it is taken out of settings, and those of the suite are alike.
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
  idp_client_id?: string;
  idp_id_token?: string;
  idp_issuer?: string;
}
const known = JSON.parse(process.env["MCP_CONFORMANCE_CONTEXT"] ?? "{}") as Known;
const scenario = process.env["MCP_CONFORMANCE_SCENARIO"] ?? "";
let signedIn = 0;

/** Where the suite's servers may be: only the server under test may tell where its authorization server is. */
const hosts = (process.env["CONFORMANCE_PORTS"] ?? "")
  .split(",")
  .map((port) => `localhost:${port}`);
const organisation = process.env["CONFORMANCE_ORGANISATION"] ?? "";
const baseUrl = process.env["CONFORMANCE_PLATFORM"] ?? "";

await createClient({ baseUrl }).organisations.create({ id: organisation, name: scenario });
const own = createClient({ baseUrl, organisation });
try {
  await meetServer(own);
} finally {
  // The suite waits until nobody is connected to its server.
  await own.mcpServers.remove("suite");
}

async function meetServer(client: Client): Promise<void> {
  const oauth = clientOf();
  const transport: McpServerSet["transport"] = { kind: "http", url, ...(oauth && { oauth }) };
  const { hash } = await client.mcpServers.set("suite", { transport });
  const { client_secret: secret, private_key_pem: key, idp_id_token: token } = known;
  await keep(client, "suite", key?.replace(/-----[A-Z ]+-----|\s/g, "") ?? secret);
  await keep(client, "identity", token);
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
  const runId = await startRun({ client }, "tested", [{ calls }, { text: "done" }], ["suite__*"]);
  while ((await settled({ client }, runId)) === "waiting") {
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
  const { idp_issuer: issuer, idp_client_id: idpClientId } = known;
  const identity = issuer !== undefined &&
    idpClientId !== undefined && { issuer, clientId: idpClientId, token: "identity" };
  const asClient = scenario.startsWith("auth/client-credentials") || identity;
  return {
    ...{ clientId, credential: "suite", ...(signs && { signs }), ...(identity && { identity }) },
    ...(asClient && { as: "client" as const }),
  };
}

async function keep(client: Client, name: string, secret: string | undefined): Promise<void> {
  if (secret === undefined) return;
  await client.credentials.set(name, {
    ...{ kind: "generic", secret, binding: { hosts, login: true } },
  });
}
