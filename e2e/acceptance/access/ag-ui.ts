import { HttpAgent } from "@ag-ui/client";
import type { Message as ShownMessage } from "@ag-ui/core";
import { messageText, outputText, toolCalls, transcript, type Message } from "@flotilla/core";
import { startPlatform, type Platform } from "../../platform.ts";
import { applyAgent } from "../batch.ts";
import type { Claim, Proof } from "../claim.ts";

/**
 * The official client of the Agent User Interaction Protocol, unchanged, runs agents: what it has folded
 * of the events is what the journal says, over several turns, with tools on both sides.
 */
export const agUi: Claim = {
  name: "ag-ui",
  async prove(proof) {
    const platform = await startPlatform();
    proof.finally(() => platform.stop());
    await applyAgent(platform, { name: "math", model: "simulated/demo", tools: ["calculator"] });
    const turns = [
      { text: "Let me see.", calls: [{ tool: "show", input: { what: "map" } }] },
      { text: "There." },
    ];
    const instructions = JSON.stringify({ turns });
    await applyAgent(platform, { name: "guide", model: "simulated/script", instructions });
    await applyAgent(platform, { name: "broken", model: "simulated/demo?fault=http&status=400" });
    await provesTurns(proof, platform);
    await provesFrontendTools(proof, platform);
    await provesFailure(proof, platform);
  },
};

/** Keeps which run answered last. */
function open(platform: Platform, agent: string) {
  const ran: string[] = [];
  const url = `${platform.url}/api/v1/agents/${agent}/ag-ui`;
  const client = new HttpAgent({
    url,
    fetch: async (target, init) => {
      const response = await fetch(target, init);
      ran.push(response.headers.get("flotilla-run") ?? "");
      return response;
    },
  });
  return { client, lastRun: () => platform.client.runs.get(ran.at(-1) ?? "") };
}

async function provesTurns(proof: Proof, platform: Platform): Promise<void> {
  const { client, lastRun } = open(platform, "math");
  for (const content of ["What is 6 * 7?", "And 7 * 8?"]) {
    const before = client.messages.length;
    client.addMessage({ id: `q${before}`, role: "user", content });
    const types: string[] = [];
    let finished: unknown;
    await client.runAgent(
      {},
      {
        onEvent: ({ event }) => void types.push(event.type),
        onRunFinishedEvent: ({ event }) => void (finished = event.result),
      },
    );
    const run = await lastRun();
    const shown = client.messages.slice(before).map(shownText);
    const known = transcript(run).flatMap(journalTexts);
    proof.equals(`messages${before}`, JSON.stringify(shown), JSON.stringify(known));
    proof.equals(
      `result${before}`,
      JSON.stringify(finished),
      JSON.stringify("output" in run ? run.output : null),
    );
    const state = client.state as { flotilla?: { runId?: string; status?: string } };
    proof.equals(
      `state${before}`,
      `${state.flotilla?.runId} ${state.flotilla?.status}`,
      `${run.runId} completed`,
    );
    proof.figure(`events${before}`, types.length);
  }
}

async function provesFrontendTools(proof: Proof, platform: Platform): Promise<void> {
  const { client, lastRun } = open(platform, "guide");
  const tools = [{ name: "show", description: "Shows something", parameters: { type: "object" } }];
  client.addMessage({ id: "q", role: "user", content: "Where are we?" });
  await client.runAgent({ tools });
  const called = client.messages.flatMap((one) =>
    one.role === "assistant" ? (one.toolCalls ?? []) : [],
  );
  const [call] = called;
  if (!call) throw new Error("The frontend's tool was not called.");
  proof.equals(
    "frontendCall",
    `${call.function.name} ${call.function.arguments}`,
    'show {"what":"map"}',
  );
  client.addMessage({ id: "a", role: "tool", toolCallId: call.id, content: "shown" });
  await client.runAgent({ tools });
  const run = await lastRun();
  proof.equals("frontendAnswer", "output" in run ? outputText(run.output) : run.status, "There.");
  proof.equals("frontendLast", contentOf(client.messages.at(-1)), "There.");
}

async function provesFailure(proof: Proof, platform: Platform): Promise<void> {
  const { client } = open(platform, "broken");
  client.addMessage({ id: "q", role: "user", content: "Hello" });
  let code: string | undefined;
  await client
    .runAgent({}, { onRunErrorEvent: ({ event }) => void (code = event.code) })
    .catch(() => undefined);
  proof.equals("failure", code ?? null, "model_rejected");
}

/** A message as what stands in it, whoever has kept it. */
function shownText(message: ShownMessage): string {
  if (message.role === "assistant") {
    const calls = (message.toolCalls ?? []).map(
      (call) => `${call.function.name}${call.function.arguments}`,
    );
    return ["assistant", message.content ?? "", ...calls].join("|");
  }
  return `${message.role}|${contentOf(message)}`;
}

/** Its text; content of other kinds as the JSON it is. */
function contentOf(message: ShownMessage | undefined): string {
  const content = message?.content;
  return typeof content === "string" ? content : JSON.stringify(content ?? null);
}

function journalTexts(message: Message): string[] {
  switch (message.role) {
    case "user":
      return [`user|${messageText(message)}`];
    case "assistant": {
      const calls = toolCalls(message).map(({ tool, input }) => `${tool}${JSON.stringify(input)}`);
      return [["assistant", messageText(message), ...calls].join("|")];
    }
    case "tool":
      return message.results.map(({ output }) => `tool|${outputText(output)}`);
  }
}
