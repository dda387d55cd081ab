import { fileURLToPath } from "node:url";
import { runCommand } from "../../command.ts";
import { startPlatform } from "../../platform.ts";
import type { Claim, Proof } from "../claim.ts";
import { McpStage } from "./mcp-stage.ts";
import { provesClients } from "./mcp-clients.ts";
import { provesResuming } from "./mcp-resuming.ts";

const suite = fileURLToPath(import.meta.resolve("@modelcontextprotocol/conformance/package.json"));
const extension = fileURLToPath(
  new URL("../../fixtures/conformance-extension.ts", import.meta.url),
);

/** The server scenarios of the suite, all of them. */
const scenarios = [
  ...["server-initialize", "logging-set-level", "ping", "completion-complete", "tools-list"],
  ...["tools-call-simple-text", "tools-call-image", "tools-call-audio"],
  ...["tools-call-embedded-resource", "tools-call-mixed-content", "tools-call-with-logging"],
  ...["tools-call-error", "tools-call-with-progress", "tools-call-sampling"],
  ...["tools-call-elicitation", "json-schema-2020-12", "elicitation-sep1034-defaults"],
  ...["server-sse-polling", "server-sse-multiple-streams", "elicitation-sep1330-enums"],
  ...["resources-list", "resources-read-text", "resources-read-binary"],
  ...["resources-templates-read", "resources-subscribe", "resources-unsubscribe"],
  ...["prompts-list", "prompts-get-simple", "prompts-get-with-args"],
  ...["prompts-get-embedded-resource", "prompts-get-with-image", "dns-rebinding-protection"],
];

/**
 * The platform is an MCP server: the protocol's own conformance suite passes against it, and the protocol's own client
 * runs agents and batches, answers what runs ask, is refused what its role may not, and goes on after the server was
 * killed; over HTTP in both kinds of revisions, and over stdio.
 */
export const mcpServer: Claim = {
  name: "mcp-server",
  async prove(proof) {
    const [stage] = await Promise.all([McpStage.open(proof), conforms(proof)]);
    proof.tell("the conformance suite has ended");
    await provesClients(proof, stage);
    proof.tell("clients have done their work by each way");
    await provesResuming(proof, stage);
  },
};

/**
 * What the suite wants to find (`test_simple_text` and so on) is an extension of the same server, which the platform is
 * started with: everything but those answers is the platform's.
 */
async function conforms(proof: Proof): Promise<void> {
  const platform = await startPlatform({
    workers: 0,
    env: { FLOTILLA_MCP_EXTENSION: extension },
  });
  proof.finally(() => platform.stop());
  const program = suite.replace(/package\.json$/, "dist/index.js");
  const line = [process.execPath, program, "server", "--url", `${platform.url}/mcp`];
  const { stdout, stderr } = await runCommand([...line, "--suite", "all"], { cwd: proof.folder });
  const told = `${stdout}\n${stderr}`;
  const results = Array.from(told.matchAll(/^([✓✗]) ([\w-]+): (\d+) passed, (\d+) failed/gm));
  const passed = results.filter(([, sign]) => sign === "✓").map(([, , name]) => name);
  const missing = scenarios.filter((name) => !passed.includes(name));
  proof.equals("scenarios passed", passed.length, scenarios.length);
  proof.holds(missing.length === 0, `not passed: ${missing.join(", ")}\n${told.slice(-4_000)}`);
  const checks = results.reduce((sum, [, , , ok]) => sum + Number(ok), 0);
  proof.figure("checks passed", checks);
  const warned = Array.from(told.matchAll(/"status": "WARNING"|(\d+) warnings/g)).filter(
    ([, count]) => count !== "0",
  );
  proof.equals("warnings", warned.length, 0);
}
