import type { Page } from "@flotilla/api";
import type { RunSummary } from "@flotilla/core";
import type { Proof } from "../claim.ts";
import { eventually } from "../eventually.ts";
import { textOf, type McpStage, type Way } from "./mcp-stage.ts";

const ask = { name: "sleeper", arguments: { input: "Wake up" } };
const patience = { timeoutMs: 60_000 };

/**
 * The server is killed while clients wait for an agent: those with sessions go on by themselves, also through the bridge; one
 * without repeats its call with its key and finds the same run.
 */
export async function provesResuming(proof: Proof, stage: McpStage): Promise<void> {
  const key = await stage.key("owner");
  const waiting = (["sessions", "stdio"] as const).map(async (way) => {
    const client = await stage.connect(way, key);
    return { way, result: client.callTool(ask, { timeout: 120_000 }) };
  });
  const calls = await Promise.all(waiting);
  const again = { ...ask, _meta: { "flotilla/idempotencyKey": "once" } };
  const first = await stage.connect("requests", key);
  const lost = first.callTool(again).catch(() => undefined);
  await eventually({ what: "the runs to be under way", ...patience }, async () => {
    return (await running(stage)) === 3 || undefined;
  });
  stage.platform.kill("SIGKILL");
  await lost;
  await stage.platform.restart();
  const second = await stage.connect("requests", key);
  const texts: Record<Way, string> = {
    sessions: "",
    stdio: "",
    requests: textOf(await second.callTool(again, { timeout: 120_000 })),
  };
  for (const { way, result } of calls) texts[way] = textOf(await result);
  for (const [way, text] of Object.entries(texts)) {
    proof.equals(`${way}: answer after the server was killed`, text, "awake");
  }
  const { items } = await runsOf(stage);
  proof.equals("runs of the three calls", items.length, 3);
}

async function runsOf({ owner }: McpStage): Promise<Page<RunSummary>> {
  return owner.json<Page<RunSummary>>("GET", "/api/v1/runs?agent=sleeper");
}

async function running(stage: McpStage): Promise<number> {
  const { items } = await runsOf(stage);
  return items.filter(({ status }) => status === "running").length;
}
