import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Claim } from "../claim.ts";

const suite = fileURLToPath(
  new URL("../../../node_modules/@modelcontextprotocol/conformance/dist/index.js", import.meta.url),
);
const driver = fileURLToPath(new URL("./conformance-client.ts", import.meta.url));

/** Those of the suite's scenarios for clients that need no sign-in, and nobody's answer while a call is under way. */
const scenarios = ["tools_call", "initialize", "sse-retry"] as const;

/** The official conformance suite tests the platform as a client: what it checks there holds. */
export const mcpClient: Claim = {
  name: "mcp-client",
  async prove(proof) {
    const chosen = proof.scale.name === "small" ? scenarios.slice(0, 1) : scenarios;
    let passed = 0;
    for (const scenario of chosen) {
      const { code, output } = await conformance(scenario, proof.folder);
      proof.holds(code === 0, `${scenario}: ${output.slice(-1_500)}`);
      if (code === 0) passed += 1;
    }
    proof.figure("scenarios", [...chosen]);
    proof.equals("scenarios passed", passed, chosen.length);
  },
};

function conformance(scenario: string, cwd: string): Promise<{ code: number; output: string }> {
  const args = [suite, "client", "--scenario", scenario, "--timeout", "90000"];
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
