import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text as readText } from "node:stream/consumers";
import { openPool } from "../../../packages/store/src/pool.ts";
import { runFlotilla } from "../../command.ts";
import { startPlatform, type Platform } from "../../platform.ts";
import { startPostgresServer } from "../../postgres.ts";
import { applyAgent, batchEnd, command, startBatch } from "../batch.ts";
import type { Claim, Proof } from "../claim.ts";
import { eventually } from "../eventually.ts";
import { toolsFolder } from "../ledger-setting.ts";
import { canariesIn, newCanary, type Canaries } from "./canary.ts";
import { startHostileServer, type HostileServer } from "./hostile-server.ts";
import { dumpDatabase, idsIn, readApi, readFiles, readProcesses, type Place } from "./places.ts";

/**
 * A secret in every place in which there can be one, while tools, services and providers tell them to
 * everybody in every encoding. They reach those for whom they are meant, and are found nowhere else: not in
 * logs, journals, answers, exports, metrics, the database, or what other processes can see.
 */
export const canaries: Claim = {
  name: "canaries",
  async prove(proof) {
    const planted = plant();
    const hostile = await startHostileServer();
    proof.finally(() => hostile.close());
    const databaseUrl = await openDatabase(proof, planted);
    const platform = await openPlatform(proof, planted, hostile, databaseUrl);
    planted["apiKey"] = await makeApiKey(platform);
    await setCredentials(platform, planted, hostile);
    await playAll(platform, planted, hostile);
    const rows = await playBatch(platform);

    const places = await lookEverywhere(platform, databaseUrl);
    const found = places.flatMap(({ name, text }) =>
      canariesIn(text, planted).map((canary) => `${name}: ${canary}`),
    );
    for (const one of found.slice(0, 40)) proof.holds(false, one);
    proof.equals("appearances", found.length, 0);
    proof.equals("canaries", Object.keys(planted).length, 20);
    proof.figure("places", places.length);
    proof.figure(
      "bytesLookedThrough",
      places.reduce((sum, { text }) => sum + text.length, 0),
    );
    proof.figure("rows", rows);
    // Were they never sent, nobody could have told them.
    const heard = canariesIn(hostile.heard(), planted);
    const sent = sentCanaries.filter((place) => heard.some((one) => one.startsWith(`${place} (`)));
    proof.equals("sentWhereTheyBelong", sent.length, sentCanaries.length);
    proof.figure(
      "notSent",
      sentCanaries.filter((place) => !sent.includes(place)),
    );
    const redactions = places.reduce(
      (sum, { text }) => sum + text.split("[redacted]").length - 1,
      0,
    );
    proof.figure("redactions", redactions);
    proof.holds(redactions > 100, `only ${redactions} redactions were seen`);
  },
};

/** Those that the hostile server must have been sent. */
const sentCanaries = [
  "keyInVariable",
  "keyInConfig",
  "headerInConfig",
  "keyInFile",
  "keyOfAnthropic",
  "toolPassword",
  "providerCredential",
  "headerCredential",
  "replacedCredential",
  "basicCredential",
  "queryCredential",
  "longCredential",
  "ownToolCredential",
];

function plant(): Canaries {
  const names = [
    ...sentCanaries,
    ...["signInSecret", "storageSecret", "toolToken", "credentialOfOthers"],
  ];
  return {
    ...Object.fromEntries(names.map((name) => [name, newCanary()])),
    longCredential: newCanary(1_500),
    vaultKey: randomBytes(32).toString("base64"),
    databasePassword: newCanary(),
  };
}

async function openDatabase(proof: Proof, planted: Canaries): Promise<string> {
  const server = await startPostgresServer();
  proof.finally(() => server.stop());
  const url = new URL(server.url);
  const pool = openPool({ url: server.url, max: 1, name: "plant", onError: () => undefined });
  const password = planted["databasePassword"] ?? "";
  await pool.query(`ALTER ROLE ${url.username} PASSWORD '${password.replaceAll("'", "''")}'`);
  await pool.end();
  url.password = encodeURIComponent(password);
  return url.href;
}

async function openPlatform(
  proof: Proof,
  planted: Canaries,
  { url }: HostileServer,
  databaseUrl: string,
): Promise<Platform> {
  const keyFile = join(proof.folder, "model-key");
  await writeFile(keyFile, `${planted["keyInFile"]}\n`);
  const timeouts = { totalMs: 10_000 };
  const compatible = { kind: "openai-compatible", timeouts };
  const providers = {
    variable: { ...compatible, baseURL: `${url}/refuse/v1`, apiKeyEnv: "CANARY_MODEL_ACCESS" },
    configured: {
      ...compatible,
      baseURL: `${url}/recite/v1`,
      apiKey: planted["keyInConfig"],
      headers: { "x-extra-token": planted["headerInConfig"] },
    },
    filed: { ...compatible, baseURL: `${url}/break/v1`, apiKey: `file:${keyFile}` },
    claude: {
      ...{ kind: "anthropic", timeouts, baseURL: `${url}/refuse/v1` },
      apiKey: planted["keyOfAnthropic"],
    },
    acting: { ...compatible, baseURL: `${url}/act/v1`, apiKey: planted["keyInConfig"] },
    vaulted: { ...compatible, baseURL: `${url}/recite/v1` },
  };
  const platform = await startPlatform({
    databaseUrl,
    env: {
      FLOTILLA_PROVIDERS: JSON.stringify(providers),
      FLOTILLA_VAULT_KEY: planted["vaultKey"] ?? "",
      FLOTILLA_SECRET: planted["signInSecret"] ?? "",
      FLOTILLA_LOG_LEVEL: "debug",
      FLOTILLA_TOOLS: toolsFolder,
      FLOTILLA_HTTP_ALLOW: new URL(url).host,
      CANARY_MODEL_ACCESS: planted["keyInVariable"] ?? "",
      AWS_SECRET_ACCESS_KEY: planted["storageSecret"] ?? "",
      CANARY_TOOL_TOKEN: planted["toolToken"] ?? "",
      CANARY_TOOL_PASSWORD: planted["toolPassword"] ?? "",
    },
  });
  proof.finally(() => platform.stop());
  return platform;
}

/** As a person does: the secret on stdin. */
async function setCredentials(
  platform: Platform,
  planted: Canaries,
  { host }: HostileServer,
): Promise<void> {
  const set = async (name: string, canary: string, ...options: string[]) => {
    const line = ["credentials", "set", name, ...options, "--url", platform.url];
    const input = planted[canary] ?? "";
    const secret = canary === "basicCredential" ? `ann:${input}` : input;
    const answer = await runFlotilla(line, { input: secret });
    if (answer.code !== 0) throw new Error(`${line.join(" ")}: ${answer.stderr}`);
    if (canariesIn(answer.stdout + answer.stderr, planted).length > 0) {
      throw new Error(`${line.join(" ")} tells its secret: ${answer.stdout}`);
    }
  };
  const bound = ["--hosts", host];
  await set("models", "providerCredential", "--provider", "vaulted");
  await set("service", "replacedCredential", ...bound);
  await ask(platform, planted, { url: `http://${host}/echo`, headers: bearer("service") });
  await set("service", "headerCredential", ...bound);
  await set("login", "basicCredential", "--kind", "basic", ...bound);
  await set("query", "queryCredential", "--kind", "generic", ...bound, "--query", "key");
  await set("long", "longCredential", ...bound);
  await set("mcp", "ownToolCredential", ...bound, "--headers", "x-mcp-token");
  const others = await fetch(`${platform.url}/api/v1/credentials/theirs`, {
    method: "PUT",
    headers: { "content-type": "application/json", "flotilla-organisation": "others" },
    body: JSON.stringify({
      kind: "header",
      secret: planted["credentialOfOthers"],
      binding: { hosts: [host], headers: ["authorization"] },
    }),
  });
  if (others.status !== 200) throw new Error(`theirs: ${await others.text()}`);
}

/** Shown once, to whoever makes it. */
async function makeApiKey({ url }: Platform): Promise<string> {
  const answer = await fetch(`${url}/api/v1/keys`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "canary" }),
  });
  if (answer.status >= 300) throw new Error(`no API key: ${await answer.text()}`);
  return ((await answer.json()) as { secret: string }).secret;
}

function bearer(name: string) {
  return { authorization: `Bearer {{credential:${name}}}` };
}

/** A run whose only call fetches that. */
async function ask(platform: Platform, planted: Canaries, input: object): Promise<void> {
  await play(platform, planted, [{ tool: "http_fetch", input }]);
}

let played = 0;

/** A run that makes these calls; resolves with it when it has ended. */
async function play(
  platform: Platform,
  planted: Canaries,
  calls: { tool: string; input: object }[],
): Promise<void> {
  const turns = [...calls.map((call) => ({ calls: [call] })), { text: "Done." }];
  const name = `played-${++played}`;
  await applyAgent(platform, {
    name,
    model: "simulated/script",
    instructions: JSON.stringify({ turns }),
    tools: ["http_fetch", "http_request", "leaky"],
  });
  await endOf(platform, name, planted);
}

async function endOf(platform: Platform, agent: string, planted: Canaries): Promise<void> {
  const { client } = platform;
  const text = `My keys are ${planted["providerCredential"]} and ${planted["apiKey"]}.`;
  const { runId } = await client.runs.start({ agent, input: { text } });
  await eventually({ what: `the end of ${agent}`, timeoutMs: 60_000 }, async () => {
    const { status } = await client.runs.get(runId);
    return ["completed", "failed", "waiting"].includes(status) || undefined;
  });
}

async function playAll(
  platform: Platform,
  planted: Canaries,
  { url }: HostileServer,
): Promise<void> {
  const echo = `${url}/echo`;
  const fetched = (input: object) => ({ tool: "http_fetch", input });
  await play(platform, planted, [
    fetched({ url: echo, headers: bearer("service") }),
    fetched({ url: echo, headers: { authorization: "Basic {{credential:login}}" } }),
    fetched({ url: `${echo}?key={{credential:query}}&a=1` }),
    fetched({ url: echo, headers: bearer("long") }),
    fetched({ url: `${url}/redirect`, headers: bearer("service") }),
    { tool: "http_request", input: { url: echo, method: "POST", headers: bearer("service") } },
  ]);
  // Where they may not go.
  await play(platform, planted, [
    fetched({ url: `${echo}?q={{credential:service}}` }),
    fetched({ url: "https://elsewhere.test/", headers: bearer("service") }),
    fetched({ url: echo, headers: bearer("theirs") }),
    fetched({ url: `${echo}/{{credential:service}}` }),
  ]);
  const leak = { header: "x-mcp-token", credential: "{{credential:mcp}}" };
  await play(platform, planted, [
    { tool: "leaky", input: { url: echo, ...leak } },
    { tool: "leaky", input: { url: "fail", ...leak } },
  ]);
  for (const provider of ["variable", "configured", "filed", "claude", "acting", "vaulted"]) {
    const spec = {
      tools: ["http_fetch"],
      retry: { maxAttempts: 2, baseMs: 5 },
      limits: { maxSteps: 3 },
    };
    await applyAgent(platform, { name: provider, model: `${provider}/any`, ...spec });
    await endOf(platform, provider, planted);
  }
}

/** A batch over a provider that recites its key, so that there is something to export. */
async function playBatch(platform: Platform): Promise<number> {
  const file = join(platform.home, "rows.jsonl");
  const lines = Array.from({ length: 4 }, (_, i) => JSON.stringify({ question: `Question ${i}` }));
  await writeFile(file, lines.join("\n"));
  const id = await startBatch(platform, { agent: "vaulted", rows: file, concurrency: 4 });
  const { counts } = await batchEnd(platform, id, 60_000);
  return counts.completed;
}

async function lookEverywhere(platform: Platform, databaseUrl: string): Promise<Place[]> {
  const { client, home } = platform;
  const runs = JSON.stringify(await client.runs.list({ limit: 1_000 }));
  const batches = JSON.stringify(await client.batches.list());
  const dump = await dumpDatabase(databaseUrl);
  const everything = runs + batches + dump.map(({ text }) => text).join("\n");
  const agents = (await client.agents.list()).items.map(({ name }) => name);
  const credentials = (await client.credentials.list()).items.map(({ name }) => name);
  const known: Record<string, string[]> = {
    ...idsIn(everything),
    name: [...agents, ...credentials],
  };
  const exports = await exportsOf(platform, known["batchId"] ?? []);
  const api = await readApi(platform, known);
  const files = await readFiles(home, []);
  const cli = await command(platform, "runs", "list", "--json");
  return [
    ...dump,
    ...exports,
    ...api,
    ...files,
    { name: "the command line", text: cli.stdout },
    { name: "the log", text: platform.log() },
    ...(await readProcesses(platform.pid)),
  ];
}

async function exportsOf({ client }: Platform, batchIds: string[]): Promise<Place[]> {
  const formats = ["jsonl", "csv"] as const;
  const asked = batchIds.flatMap((id) => formats.map((format) => ({ id, format })));
  return Promise.all(
    asked.map(async ({ id, format }) => {
      const { body } = await client.batches.export(id, { format });
      return { name: `${format} of ${id}`, text: body ? await readText(body as never) : "" };
    }),
  );
}
