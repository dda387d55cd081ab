import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { startPlatform, type Platform } from "../../platform.ts";
import type { Claim, Proof } from "../claim.ts";

const suite = fileURLToPath(
  new URL("../../../node_modules/@modelcontextprotocol/conformance/dist/index.js", import.meta.url),
);
const driver = fileURLToPath(new URL("./conformance-client.ts", import.meta.url));
const preload = new URL("./conformance-ports.ts", import.meta.url).href;

/** Of the suite's scenarios for clients those that look at the clock: nothing else is done beside them. */
const alone = ["tools_call", "initialize", "sse-retry"];

const side = [
  ...["auth/cross-app-access-complete-flow", "elicitation-sep1034-client-defaults"],
  ...["auth/metadata-default", "auth/scope-step-up", "auth/client-credentials-jwt"],
  ...["auth/metadata-var1", "auth/metadata-var2", "auth/metadata-var3", "auth/basic-cimd"],
  ...["auth/scope-from-www-authenticate", "auth/scope-from-scopes-supported"],
  ...["auth/scope-omitted-when-undefined", "auth/scope-retry-limit"],
  ...["auth/token-endpoint-auth-basic", "auth/token-endpoint-auth-post"],
  ...["auth/token-endpoint-auth-none", "auth/pre-registration", "auth/resource-mismatch"],
  ...["auth/2025-03-26-oauth-metadata-backcompat", "auth/2025-03-26-oauth-endpoint-fallback"],
  ...["auth/offline-access-scope", "auth/offline-access-not-supported"],
  "auth/client-credentials-basic",
];
const lanes = 3;
const smallSide = 1;
/** As many as one scenario has servers, or more. */
const portsEach = 6;

/** The official conformance suite tests the platform as a client: what it checks there holds, in every scenario it lists. */
export const mcpClient: Claim = {
  name: "mcp-client",
  async prove(proof) {
    const isSmall = proof.scale.name === "small";
    const first = isSmall ? alone.slice(0, 1) : alone;
    const others = isSmall ? side.slice(0, smallSide) : side;
    const all = [...first, ...others];
    if (!isSmall) proof.equals("scenarios left out", (await leftOut(all)).join(), "");
    const ports = await freePorts(all.length * portsEach);
    const allow = ports.map((port) => `localhost:${port}`).join(",");
    const platform = await startPlatform({ env: { FLOTILLA_HTTP_ALLOW: allow } });
    proof.finally(() => platform.stop());
    let passed = 0;
    const prove = async (scenario: string) => {
      const own = ports.splice(0, portsEach);
      const { code, output } = await conformance(proof, platform, scenario, own);
      proof.holds(code === 0, `${scenario}: ${wordsOf(output)}`);
      if (code === 0) passed += 1;
    };
    for (const scenario of first) await prove(scenario);
    const left = [...others];
    const lane = async () => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) await prove(next);
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    proof.figure("scenarios", all);
    proof.equals("scenarios passed", passed, all.length);
  },
};

/** What the platform refused, if that is why, and what the suite says. */
function wordsOf(output: string): string {
  const refused = /^\w*Error: .*/m.exec(output)?.[0] ?? "";
  return `${refused}\n${output.slice(-1_500)}`;
}

interface Ended {
  code: number;
  output: string;
}

function conformance(
  { folder: cwd }: Proof,
  { url }: Platform,
  scenario: string,
  ports: readonly number[],
): Promise<Ended> {
  const options = ["client", "--scenario", scenario, "--timeout", "120000"];
  const command = `${process.execPath} ${driver}`;
  const env = {
    ...process.env,
    CONFORMANCE_PLATFORM: url,
    CONFORMANCE_ORGANISATION: scenario.replace(/[^a-z0-9]+/g, "-"),
    CONFORMANCE_PORTS: ports.join(),
  };
  return node(["--import", preload, suite, ...options, "--command", command], { cwd, env });
}

function node(args: string[], options: { cwd?: string; env?: NodeJS.ProcessEnv }): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { ...options, maxBuffer: 2 ** 24 }, (error, stdout, stderr) =>
      resolve({ code: error ? 1 : 0, output: stdout + stderr }),
    );
  });
}

/** What the suite has of scenarios for clients beside these. */
async function leftOut(these: readonly string[]): Promise<string[]> {
  const { output } = await node([suite, "list", "--client"], {});
  const clients = output.slice(output.indexOf("Client scenarios"));
  const names = Array.from(clients.matchAll(/^\s*- (\S+)/gm), ([, name = ""]) => name);
  return names.length > 0 ? names.filter((name) => !these.includes(name)) : ["no list"];
}

/** Ports below those that outgoing connections take, at which nobody listens. */
async function freePorts(count: number): Promise<number[]> {
  const found: number[] = [];
  for (let port = 18_000 + (process.pid % 40) * 250; found.length < count; port++) {
    const server = createServer().listen(port);
    const isFree = await once(server, "listening").then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    found.push(port);
    server.close();
    await once(server, "close");
  }
  return found;
}
