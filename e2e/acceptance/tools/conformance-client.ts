import { startPlatform } from "../../platform.ts";
import { addServer, ended, settled, startRun } from "./mcp-peer.ts";

/*
 * The client that the official conformance suite tests: the platform itself, with the suite's server as one of its MCP
 * servers, whose tools a run calls. The suite gives the server's address as the last argument.
 */
const url = process.argv.at(-1) ?? "";
const inputs: Record<string, object> = { add_numbers: { a: 5, b: 3 } };
const platform = await startPlatform({ env: { FLOTILLA_HTTP_ALLOW: new URL(url).host } });
try {
  const { client } = platform;
  const error = await addServer(platform, "suite", { transport: { kind: "http", url } });
  if (error !== null) throw new Error(error);
  const { items } = await client.mcpServers.tools("suite");
  if (items.length > 0) {
    const calls = items.map(({ name, tool }) => ({ tool: name, input: inputs[tool] ?? {} }));
    const turns = [{ calls }, { text: "done" }];
    const runId = await startRun(platform, "tested", turns, ["suite__*"]);
    while ((await settled(platform, runId)) === "waiting") {
      const open = (await client.inbox.list({ state: "open" })).items;
      for (const { interruptId } of open.filter((one) => one.runId === runId)) {
        await client.interrupts.answer(runId, interruptId, { action: "reply", value: {} });
      }
      await ended(platform, runId);
    }
  }
} finally {
  await platform.stop();
}
