import type { Client } from "@flotilla/api";
import type { Event, EventOf } from "@flotilla/core";
import type { Platform } from "../../platform.ts";
import { eventually } from "../eventually.ts";

/** Sets a server, approves it and all that its tools say, as a person would. */
export async function addServer(
  { client }: Pick<Platform, "client">,
  name: string,
  server: Parameters<Client["mcpServers"]["set"]>[1],
): Promise<string | null> {
  const { hash } = await client.mcpServers.set(name, server);
  await client.mcpServers.approve(name, hash);
  const { error } = await client.mcpServers.test(name);
  if (error === null) await approveTools({ client }, name);
  return error;
}

export async function approveTools(
  { client }: Pick<Platform, "client">,
  name: string,
): Promise<void> {
  const { items } = await client.mcpServers.tools(name);
  const tools = items.flatMap(({ tool, hash, state }) =>
    hash !== null && state !== "approved" ? [{ tool, hash }] : [],
  );
  if (tools.length > 0) await client.mcpServers.approveTools(name, { tools });
}

export interface Turn {
  calls?: { tool: string; input: object }[];
  text?: string;
}

/** Starts a run of a model that does as it is told. */
export async function startRun(
  platform: Pick<Platform, "client">,
  agent: string,
  turns: Turn[],
  tools: string[],
): Promise<string> {
  await platform.client.agents.apply({
    name: agent,
    model: "simulated/script",
    instructions: JSON.stringify({ turns }),
    tools,
  });
  const { runId } = await platform.client.runs.start({ agent, input: { text: "go" } });
  return runId;
}

/** Waits until a run has ended or asks somebody. */
export async function settled(platform: Pick<Platform, "client">, runId: string): Promise<string> {
  return (await until(platform, runId, (status) => status === "waiting")) ?? "waiting";
}

/** Waits until a run has ended, whatever it waited for. */
export async function ended(platform: Pick<Platform, "client">, runId: string): Promise<string> {
  return (await until(platform, runId, () => false)) ?? "";
}

async function until(
  { client }: Pick<Platform, "client">,
  runId: string,
  isEnough: (status: string) => boolean,
): Promise<string | undefined> {
  return eventually({ what: `run ${runId} to settle`, timeoutMs: 300_000 }, async () => {
    const { status } = await client.runs.get(runId);
    const isOver = status === "completed" || status === "failed" || status === "cancelled";
    return isOver || isEnough(status) ? status : undefined;
  });
}

export async function eventsOf({ client }: Platform, runId: string): Promise<Event[]> {
  return (await client.runs.events(runId, { limit: 1_000 })).items;
}

/** What became of each call, by its id. */
export function outcomes(events: readonly Event[]) {
  const found = new Map<string, EventOf<"effect.done"> | EventOf<"effect.failed">>();
  for (const event of events) {
    if (event.type === "effect.done" || event.type === "effect.failed") {
      found.set(event.callId, event);
    }
  }
  return found;
}
