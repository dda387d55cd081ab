import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Claim } from "../claim.ts";

const suite = fileURLToPath(
  new URL("../../../node_modules/@modelcontextprotocol/conformance/dist/index.js", import.meta.url),
);
const driver = fileURLToPath(new URL("./conformance-client.ts", import.meta.url));

/** Of the suite's scenarios for clients those that look at the clock: nothing else is done beside them. */
const alone = ["tools_call", "initialize", "sse-retry"];

/**
 * The others. Not among them are two. `elicitation-sep1034-client-defaults` counts it as a failure that a call is given up
 * while a person is asked, and made again with his answer. `auth/cross-app-access-complete-flow` needs the identity token of a
 * person at his company's provider, which the platform does not keep.
 */
const side = [
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

/** The official conformance suite tests the platform as a client: what it checks there holds. */
export const mcpClient: Claim = {
  name: "mcp-client",
  async prove(proof) {
    const isSmall = proof.scale.name === "small";
    const first = isSmall ? alone.slice(0, 1) : alone;
    const others = isSmall ? side.slice(0, 1) : side;
    let passed = 0;
    const prove = async (scenario: string) => {
      const { code, output } = await conformance(scenario, proof.folder);
      proof.holds(code === 0, `${scenario}: ${output.slice(-1_500)}`);
      if (code === 0) passed += 1;
    };
    for (const scenario of first) await prove(scenario);
    const left = [...others];
    const lane = async () => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) await prove(next);
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    const all = [...first, ...others];
    proof.figure("scenarios", all);
    proof.equals("scenarios passed", passed, all.length);
  },
};

function conformance(scenario: string, cwd: string): Promise<{ code: number; output: string }> {
  const args = [suite, "client", "--scenario", scenario, "--timeout", "600000"];
  const command = `${process.execPath} ${driver}`;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [...args, "--command", command],
      { cwd, maxBuffer: 2 ** 24 },
      (error, stdout, stderr) => {
        resolve({ code: error ? 1 : 0, output: stdout + stderr });
      },
    );
  });
}
