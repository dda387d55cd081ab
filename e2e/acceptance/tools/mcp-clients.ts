import type { Client } from "@modelcontextprotocol/client";
import type { BatchProgress, InboxItem } from "@flotilla/core";
import type { BatchRow, Page } from "@flotilla/api";
import type { Proof } from "../claim.ts";
import { eventually } from "../eventually.ts";
import { textOf, ways, type McpStage, type Way } from "./mcp-stage.ts";

const ask = (name: string) => ({ name, arguments: { input: "What is 6 * 7?" } });
const rows = ["6 * 7", "7 * 6", "42"].map((question) => ({ question }));

/** What clients do, by each way. */
export async function provesClients(proof: Proof, stage: McpStage): Promise<void> {
  const [owner, viewer] = [await stage.key("owner"), await stage.key("viewer")];
  await refusesStrangers(proof, stage);
  for (const way of ways) {
    const client = await stage.connect(way, owner);
    await runsAgent(proof, client, way);
    await runsBatch(proof, client, way);
    await answersInbox(proof, client, way);
    await asksPerson(proof, stage, owner, way);
    await refusesViewer(proof, await stage.connect(way, viewer), way);
  }
}

async function runsAgent(proof: Proof, client: Client, way: Way): Promise<void> {
  const { tools } = await client.listTools();
  const names = tools.map(({ name }) => name);
  proof.holds(
    names.includes("adder") && !names.includes("hidden"),
    `${way}: tools are ${names.join(" ")}`,
  );
  let told = 0;
  const onprogress = () => void (told += 1);
  const result = await client.callTool(ask("adder"), { onprogress });
  proof.equals(`${way}: answer`, textOf(result), "42");
  const data = result.structuredContent as { status?: string; output?: unknown };
  proof.holds(
    data.status === "completed" && data.output === "42",
    `${way}: data ${JSON.stringify(data)}`,
  );
  proof.holds(told >= 2, `${way}: progress was told ${told} times`);
}

async function runsBatch(proof: Proof, client: Client, way: Way): Promise<void> {
  const order = { agent: "adder", template: "{{question}}", rows, idempotencyKey: `batch-${way}` };
  const start = async () => {
    const given = { name: "batch_start", arguments: { name: `of ${way}`, ...order } };
    return (await client.callTool(given)).structuredContent as BatchProgress;
  };
  const { id } = await start();
  proof.holds((await start()).id === id, `${way}: one key has started two batches`);
  await eventually({ what: "the batch's end", timeoutMs: 60_000 }, async () => {
    const got = await client.callTool({ name: "batch_get", arguments: { batchId: id } });
    return (got.structuredContent as BatchProgress).status === "completed" || undefined;
  });
  const results: BatchRow[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = { batchId: id, limit: 2, ...(cursor && { cursor }) };
    const got = await client.callTool({ name: "batch_rows", arguments: page });
    const { items, nextCursor } = got.structuredContent as Page<BatchRow>;
    results.push(...items);
    cursor = nextCursor;
  }
  const outputs = results.map(({ output }) => JSON.stringify(output)).join(" ");
  proof.equals(`${way}: rows`, outputs, '"42" "42" "42"');
}

/** A client without forms: what the run asks is in the inbox, and answered there. */
async function answersInbox(proof: Proof, client: Client, way: Way): Promise<void> {
  const waiting = await client.callTool(ask("asker"));
  const { runId, status } = waiting.structuredContent as { runId: string; status: string };
  proof.equals(`${way}: asks`, status, "waiting");
  const list = await client.callTool({ name: "inbox_list", arguments: { runId } });
  const [item] = (list.structuredContent as Page<InboxItem>).items;
  if (!item) return proof.holds(false, `${way}: the inbox has nothing of ${runId}`);
  const { interruptId, hash } = item;
  const answer = (given: object) =>
    client.callTool({ name: "inbox_answer", arguments: { runId, interruptId, answer: given } });
  const wrong = await answer({ action: "approve", hash: "0".repeat(64) });
  proof.holds(wrong.isError === true, `${way}: approved what was not shown`);
  await answer({ action: "approve", hash });
  const ended = await client.callTool({ name: "run_wait", arguments: { runId } });
  proof.equals(`${way}: approved`, textOf(ended), "done");
}

async function asksPerson(proof: Proof, stage: McpStage, key: string, way: Way): Promise<void> {
  const shown: string[] = [];
  const client = await stage.connect(way, key, (message) => {
    shown.push(message);
    return "approve";
  });
  const result = await client.callTool(ask("asker"));
  proof.equals(`${way}: asked and done`, textOf(result), "done");
  const isShown = shown.length === 1 && shown[0]?.includes('"expression": "6 * 7"');
  proof.holds(isShown === true, `${way}: shown was ${JSON.stringify(shown)}`);
}

async function refusesViewer(proof: Proof, client: Client, way: Way): Promise<void> {
  const { tools } = await client.listTools();
  proof.holds(!tools.some(({ name }) => name === "adder"), `${way}: a viewer sees agents`);
  const refused = [
    await client.callTool(ask("adder")),
    await client.callTool({
      name: "batch_start",
      arguments: { name: "x", agent: "adder", template: "x", rows: [{}] },
    }),
  ];
  const all = refused.every((one) => one.isError === true && /may not/.test(textOf(one)));
  proof.holds(all, `${way}: a viewer was answered ${JSON.stringify(refused).slice(0, 500)}`);
}

async function refusesStrangers(proof: Proof, { platform }: McpStage): Promise<void> {
  const answer = await fetch(`${platform.url}/mcp`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json, text/event-stream" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" }),
  });
  const challenge = answer.headers.get("www-authenticate") ?? "";
  proof.equals("status without a key", answer.status, 401);
  proof.holds(challenge.startsWith("Bearer"), `the challenge is ${challenge}`);
}
