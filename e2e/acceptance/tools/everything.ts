import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { startPlatform, type Platform } from "../../platform.ts";
import { freePort } from "../../../packages/tools/test/free-port.ts";
import type { Claim, Proof } from "../claim.ts";
import { eventually } from "../eventually.ts";
import { addServer, ended, eventsOf, outcomes, settled, startRun } from "./mcp-peer.ts";

const program = fileURLToPath(
  new URL(
    "../../../node_modules/@modelcontextprotocol/server-everything/dist/index.js",
    import.meta.url,
  ),
);

/**
 * The official server of everything is fully usable by runs: every tool, with texts, structures, images and links; its
 * resources and prompts; questions to people and to models during calls; progress and log lines.
 */
export const everything: Claim = {
  name: "everything",
  async prove(proof) {
    const port = await freePort();
    const peer = spawn(process.execPath, [program, "streamableHttp"], {
      env: { ...process.env, PORT: String(port) },
      stdio: "ignore",
    });
    proof.finally(async () => peer.kill());
    const host = `127.0.0.1:${port}`;
    const platform = await startPlatform({ env: { FLOTILLA_HTTP_ALLOW: host } });
    proof.finally(() => platform.stop());
    const transport = { kind: "http", url: `http://${host}/mcp` } as const;
    await eventually({ what: "the server to answer", timeoutMs: 20_000 }, async () => {
      const asked = await fetch(transport.url, { method: "OPTIONS" }).catch(() => undefined);
      return asked && true;
    });
    const error = await addServer(platform, "all", { transport, sampling: true });
    proof.holds(error === null, `the server cannot be used: ${error}`);
    await everyTool(proof, platform);
    await asksPeople(proof, platform);
    await promptsAndResources(proof, platform);
  },
};

const inputs: Record<string, object> = {
  echo: { message: "hello" },
  get_annotated_message: { messageType: "success", includeImage: true },
  get_resource_links: { count: 3 },
  get_resource_reference: { resourceType: "Text", resourceId: 1 },
  get_structured_content: { location: "Chicago" },
  get_sum: { a: 19, b: 23 },
  simulate_research_query: { topic: "tides", ambiguous: false },
  trigger_long_running_operation: { duration: 1, steps: 4 },
  trigger_sampling_request: { prompt: JSON.stringify({ turns: [{ text: "sampled" }] }) },
  gzip_file_as_resource: { name: "a.txt.gz", data: "data:text/plain;base64,aGVsbG8=" },
};

/** Those that ask a person are another run's. */
const asking = new Set(["trigger_elicitation_request", "trigger_url_elicitation"]);

/** It works as a task alone, which the library of the protocol does not speak: it says so itself. */
const asTask = "simulate_research_query";

async function everyTool(proof: Proof, platform: Platform): Promise<void> {
  const { items } = await platform.client.mcpServers.tools("all");
  const names = items.map(({ name }) => name.slice("all__".length));
  const called = names.filter((name) => !asking.has(name));
  const calls = called.map((name) => ({ tool: `all__${name}`, input: inputs[name] ?? {} }));
  const turns = [{ calls }, { text: "done" }];
  const runId = await startRun(platform, "everybody", turns, ["all__*"]);
  proof.equals("the run of all tools", await settled(platform, runId), "completed");
  const events = await eventsOf(platform, runId);
  const found = outcomes(events);
  const failed: string[] = [];
  for (const [index, name] of called.entries()) {
    const outcome = found.get(`c1-${index}`);
    if (outcome?.type === "effect.done") continue;
    if (name === asTask && outcome?.type === "effect.failed") {
      proof.holds(outcome.error.message.includes("task"), `${name}: ${outcome.error.message}`);
      continue;
    }
    failed.push(`${name}: ${outcome?.type === "effect.failed" ? outcome.error.message : "none"}`);
  }
  proof.figure("tools listed", names.length);
  proof.figure("tools called", called.length);
  proof.holds(failed.length === 0, `calls failed: ${failed.join("; ")}`);
  const outputOf = (name: string) => {
    const outcome = found.get(`c1-${called.indexOf(name)}`);
    return outcome?.type === "effect.done" ? (outcome.output as Record<string, unknown>) : {};
  };
  proof.holds(String(outputOf("get_sum")["text"]).includes("42"), "19 and 23 make no 42");
  proof.holds(outputOf("get_structured_content")["structured"] !== undefined, "no structure");
  const images = outputOf("get_tiny_image")["files"] as { artifact: string }[] | undefined;
  proof.holds(images?.length === 1, "the image was not kept as an artifact");
  const links = outputOf("get_resource_links")["links"] as unknown[] | undefined;
  proof.holds((links?.length ?? 0) >= 3, "resource links are missing");
  const models = events.filter(({ type }) => type === "model.asked").length;
  proof.figure("questions to models", models);
  proof.holds(models > 0, "no model was asked for the server");
  const { usage } = await platform.client.runs.get(runId);
  const asked = events.flatMap((event) =>
    event.type === "model.asked" ? [event.call.usage.inputTokens] : [],
  );
  proof.holds(
    usage.inputTokens > asked.reduce((sum, tokens) => sum + tokens, 0),
    "what the server asked is not on the run's bill",
  );
}

async function asksPeople(proof: Proof, platform: Platform): Promise<void> {
  const turns = [
    { calls: [{ tool: "all__trigger_elicitation_request", input: {} }] },
    { text: "done" },
  ];
  const runId = await startRun(platform, "asking", turns, ["all__*"]);
  proof.equals("the run that asks", await settled(platform, runId), "waiting");
  const { client } = platform;
  const { items } = await client.inbox.list({ state: "open" });
  const asked = items.find((one) => one.runId === runId);
  if (!asked) throw new Error("nothing of the run is in the inbox");
  const shown = await client.interrupts.get(runId, asked.interruptId);
  proof.holds(shown.form?.kind === "schema", "the question has no form");
  const value = { name: "Ada", check: true, email: "ada@example.com", integer: 7 };
  await client.interrupts.answer(runId, asked.interruptId, { action: "reply", value });
  proof.equals("after the answer", await ended(platform, runId), "completed");
  const [outcome] = outcomes(await eventsOf(platform, runId)).values();
  const text = outcome?.type === "effect.done" ? JSON.stringify(outcome.output) : "";
  proof.holds(text.includes("Ada"), `the server did not get the answer: ${text}`);
}

async function promptsAndResources(proof: Proof, platform: Platform): Promise<void> {
  const { client } = platform;
  const { items } = await client.mcpServers.prompts("all");
  proof.figure("prompts", items.length);
  proof.holds(items.length > 0, "there are no prompts");
  let filled = 0;
  for (const { name, arguments: wanted } of items) {
    const given = Object.fromEntries(wanted.map((one) => [one.name, argumentFor(one.name)]));
    const { messages } = await client.mcpServers.fillPrompt("all", name, given);
    if (messages.length > 0) filled += 1;
  }
  proof.equals("prompts filled in", filled, items.length);
  const list = [{ tool: "all__list_resources", input: {} }];
  const runId = await startRun(platform, "reader", [{ calls: list }, { text: "done" }], ["all__*"]);
  await settled(platform, runId);
  const [listed] = outcomes(await eventsOf(platform, runId)).values();
  const output = listed?.type === "effect.done" ? listed.output : null;
  const uris = [...JSON.stringify(output).matchAll(/"uri":"([^"]+)"/g)].map(([, uri]) => uri);
  proof.figure("resources", uris.length);
  const calls = [uris[0], "demo://resource/dynamic/text/1", "demo://resource/dynamic/blob/1"].map(
    (uri) => ({ tool: "all__read_resource", input: { uri } }),
  );
  const read = await startRun(platform, "reader2", [{ calls }, { text: "done" }], ["all__*"]);
  await settled(platform, read);
  const done = [...outcomes(await eventsOf(platform, read)).values()];
  const failures = done.flatMap((one) => (one.type === "effect.failed" ? [one.error.message] : []));
  proof.equals("resources read", done.length - failures.length, calls.length);
  proof.holds(failures.length === 0, failures.join("; "));
}

function argumentFor(name: string): string {
  if (name === "resourceId") return "1";
  if (name === "resourceType") return "Text";
  return name === "department" ? "Engineering" : "Alice";
}
