import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startPlatform, type Platform } from "../../platform.ts";
import { applyAgent } from "../batch.ts";
import type { Claim, Proof } from "../claim.ts";
import { eventually } from "../eventually.ts";
import { reachUnguarded, startInside, type InsideServer } from "./inside-server.ts";
import { elsewhere, insideHosts, insideUrls, names } from "./ssrf-targets.ts";

const patience = { timeoutMs: 60_000 };

/**
 * The DNS of an attacker, in the place of the system's for names that end on `.test` and `.internal`. Every process of the
 * platform asks it, as it would ask the system's.
 */
const attackersDns = `
  import dns from "node:dns";
  import { syncBuiltinESMExports } from "node:module";
  const names = ${JSON.stringify(names)};
  const asked = new Map();
  const real = dns.promises.lookup;
  const answer = (name) => {
    const answers = names[name.toLowerCase().replace(/\\.$/, "")];
    if (!answers) return undefined;
    const count = asked.get(name) ?? 0;
    asked.set(name, count + 1);
    return answers[count % answers.length].map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
  };
  dns.promises.lookup = async (name, options) => {
    const all = answer(name);
    if (!all) return real(name, options);
    return options?.all ? all : all[0];
  };
  const lookup = dns.lookup;
  dns.lookup = (name, options, callback) => {
    const all = answer(name);
    if (!all) return lookup(name, options, callback);
    const tell = callback ?? options;
    return options?.all ? tell(null, all) : tell(null, all[0].address, all[0].family);
  };
  syncBuiltinESMExports();
`;

/** Of a service that goes where it is told. */
const apiDocument = JSON.stringify({
  openapi: "3.1.0",
  info: { title: "Go", version: "1" },
  paths: {
    "/": {
      get: {
        operationId: "go",
        parameters: [{ name: "to", in: "query", schema: { type: "string" } }],
        responses: { 200: { description: "Gone" } },
      },
    },
  },
});

interface Target {
  url: string;
  address?: string;
}

/**
 * Nothing inside is reached by an address that a model or a person names: in every spelling, by names whose DNS says one thing and
 * then another, by redirects and chains of them, through the HTTP tools, the tools of API documents, webhooks, MCP servers and
 * connections. Of each target a
 * request without any guard shows first that it is alive.
 */
export const ssrf: Claim = {
  name: "ssrf",
  async prove(proof) {
    const inside = await startInside();
    proof.finally(() => inside.close());
    const door = await startInside((request, response) => {
      const to = new URL(request.url ?? "", "http://x").searchParams.get("to") ?? "/";
      // What a header cannot hold is written as in a URL, which means the same.
      const location = to.replaceAll(/[^!-~]/gu, (character) => encodeURIComponent(character));
      response.writeHead(302, { location }).end();
    });
    proof.finally(() => door.close());
    const targets = await aliveTargets(proof, inside);
    proof.figure("targets", targets.length);
    proof.holds(targets.length >= 24, `only ${targets.length} targets are alive`);

    const described = describedAt(proof, targets);
    const platform = await openPlatform(proof, door, described);
    const controls = inside.seen.length;
    await byTools(proof, platform, targets);
    await byRedirects(proof, platform, targets, door);
    await byDocuments(proof, platform, described, door);
    await byOthers(proof, platform, targets);
    proof.equals("reached", inside.seen.length - controls, 0);
    proof.holds(
      inside.seen.length === controls,
      `reached: ${inside.seen.slice(controls).join(" ")}`,
    );
  },
};

async function openPlatform(
  proof: Proof,
  door: InsideServer,
  described: readonly string[],
): Promise<Platform> {
  const dns = join(proof.folder, "dns.mjs");
  await writeFile(dns, attackersDns);
  const document = join(proof.folder, "openapi.json");
  await writeFile(document, apiDocument);
  const openapi = [`http://127.0.0.1:${door.port}`, ...described].map((baseUrl, index) => ({
    ...{ document, baseUrl },
    prefix: `api${index}`,
  }));
  const platform = await startPlatform({
    env: {
      FLOTILLA_HTTP_ALLOW: `127.0.0.1:${door.port}`,
      FLOTILLA_TOOLS: JSON.stringify({ openapi }),
      NODE_OPTIONS: `--import=${dns}`,
    },
  });
  proof.finally(() => platform.stop());
  return platform;
}

/** Those that somebody without a guard reaches. */
async function aliveTargets(proof: Proof, { port }: InsideServer): Promise<Target[]> {
  const all: Target[] = [
    ...insideHosts().map(({ host, ...more }) => ({ url: `http://${host}:${port}/`, ...more })),
    ...insideUrls(port).map((url) => ({ url })),
  ];
  const alive = await Promise.all(
    all.map(async (target) => ({
      target,
      isAlive: await reachUnguarded(target.url, target.address),
    })),
  );
  const dead = alive.filter(({ isAlive }) => !isAlive).map(({ target }) => target.url);
  proof.tell(`not alive on this machine, so not counted: ${dead.join(" ") || "none"}`);
  return alive.flatMap(({ target, isAlive }) => (isAlive ? [target] : []));
}

/** Every target by every method, and what is elsewhere. */
async function byTools(proof: Proof, platform: Platform, targets: readonly Target[]) {
  const urls = [...targets.map(({ url }) => url), ...elsewhere];
  // Names whose answers change are asked for again and again.
  const changing = urls.filter((url) => url.includes("rebinding"));
  const all = [...urls, ...changing, ...changing, ...changing];
  const fetches = all.map((url) => ({ tool: "http_fetch", input: { url } }));
  // At a small scale some of them: every target is fetched in any case.
  const some = all.filter((_, index) => proof.scale.name === "full" || index % 4 === 0);
  const posts = some.map((url) => ({
    tool: "http_request",
    input: { url, method: "POST", text: "x" },
  }));
  await allRefused(proof, platform, "fetch", fetches);
  await allRefused(proof, platform, "request", posts);
}

/** From an address that may be reached, in one step and in three. */
async function byRedirects(
  proof: Proof,
  platform: Platform,
  targets: readonly Target[],
  door: InsideServer,
) {
  const to = (url: string) => `http://127.0.0.1:${door.port}/?to=${encodeURIComponent(url)}`;
  const most = proof.scale.name === "full" ? 30 : 6;
  // Some spellings mean something else where there is an address before them.
  const absolute = targets.filter(({ url }) => url.trim().startsWith("http://"));
  const urls = absolute.slice(-most).map(({ url }) => url.trim());
  const calls = urls.flatMap((url) => [
    { tool: "http_fetch", input: { url: to(url) } },
    { tool: "http_fetch", input: { url: to(to(to(url))) } },
  ]);
  await allRefused(proof, platform, "redirects", calls);
  // The control: each of them came to the door, and went on from there.
  proof.equals("redirects given", door.seen.length, urls.length * 4);
}

interface Call {
  tool: string;
  input: { url?: string };
}

/** A run makes the calls; each must fail, as one that may not be made. */
async function allRefused(proof: Proof, platform: Platform, name: string, calls: Call[]) {
  // All in one answer: afterwards the run has read of the web, and would ask before it posts.
  await applyAgent(platform, {
    name,
    model: "simulated/script",
    instructions: JSON.stringify({ turns: [{ calls }, { text: "end" }] }),
    tools: [...new Set(calls.map(({ tool }) => tool))],
    recovery: { toolTries: 100 },
  });
  const { runId } = await platform.client.runs.start({ agent: name, input: { text: "go" } });
  await eventually({ what: `the run of ${name}`, ...patience }, async () => {
    const { status } = await platform.client.runs.get(runId);
    if (status === "failed") throw new Error(`the run of ${name} failed`);
    return status === "completed" || undefined;
  });
  const events: { type: string; error?: { code: string; message: string } }[] = [];
  for (let after = 0; ;) {
    const { items } = await platform.client.runs.events(runId, { limit: 500, after });
    if (items.length === 0) break;
    events.push(...(items as typeof events));
    after = items.at(-1)!.seq;
  }
  const failed = events.filter(({ type }) => type === "effect.failed");
  const codes = failed.map(({ error }) => error?.code ?? "");
  const wrong = failed.filter(
    ({ error }) => !["tool_forbidden", "tool_input_invalid"].includes(error?.code ?? ""),
  );
  proof.equals(`${name}: calls refused`, codes.length - wrong.length, calls.length);
  proof.holds(wrong.length === 0, `${name}: ${wrong.map(({ error }) => error?.message).join(" ")}`);
}

/** Where documents of APIs say that their services are. */
function describedAt({ scale }: Proof, targets: readonly Target[]): string[] {
  const every = scale.name === "full" ? 2 : 12;
  const urls = targets.map(({ url }) => url.trim()).filter((url) => url.startsWith("http://"));
  return urls.filter((_, index) => index % every === 0);
}

/** The tools made of documents: at the addresses these name, and by redirects of a service that may be asked. */
async function byDocuments(
  proof: Proof,
  platform: Platform,
  described: readonly string[],
  door: InsideServer,
) {
  const asked = door.seen.length;
  // In a run, whose processes ask the attacker's DNS: a call by hand has a process with nothing of this environment.
  const calls = described.map((_, index) => ({ tool: `api${index + 1}_go`, input: {} }));
  await allRefused(proof, platform, "documents", calls);
  const redirects = described.map((to) => platform.client.tools.call("api0_go", { input: { to } }));
  const answers = await Promise.all(redirects);
  const statuses = answers.map(({ output }) => (output as { status: number }).status);
  proof.holds(
    statuses.every((status) => status === 302),
    `redirects of a service: ${statuses.join(" ")}`,
  );
  // The control: the service was asked, and its redirects were not followed.
  proof.equals("asked of the service", door.seen.length - asked, described.length);
}

/** Where people name an address: webhooks, MCP servers, connections. */
async function byOthers(proof: Proof, { client }: Platform, targets: readonly Target[]) {
  const every = proof.scale.name === "full" ? 4 : 15;
  const urls = targets.filter((_, index) => index % every === 0).map(({ url }) => url.trim());
  let tried = 0;
  for (const [index, url] of urls.entries()) {
    const attempts = [
      async () => {
        await client.notifications.set(`hook-${index}`, { target: { kind: "webhook", url } });
        await client.notifications.test(`hook-${index}`);
      },
      async () => {
        const server = await client.mcpServers.set(`server-${index}`, {
          transport: { kind: "http", url },
        });
        await client.mcpServers.approve(server.name, server.hash);
        await client.mcpServers.test(server.name);
      },
      async () => {
        const settings = { kind: "search", service: "searxng", url } as const;
        await client.connections.set(`search-${index}`, { settings });
        await client.connections.test(`search-${index}`);
      },
    ];
    for (const attempt of attempts) {
      tried += 1;
      // Refused at once, or when it is used: nobody may be reached, which is looked at at the end.
      await attempt().catch(() => undefined);
    }
  }
  await eventually({ what: "the webhooks' deliveries to fail", ...patience }, async () => {
    const { items } = await client.notifications.deliveries({ limit: 100 });
    return items.every(({ attempts }) => attempts > 0) || undefined;
  });
  proof.figure("by webhooks, MCP servers and connections", tried);
}
