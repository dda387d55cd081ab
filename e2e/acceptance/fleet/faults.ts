import { randomUUID } from "node:crypto";
import { faultCatalogue, type CataloguedFault } from "@flotilla/models";
import type { AgentSpecInput, Run } from "@flotilla/core";
import { fold } from "@flotilla/core";
import { startPlatform, type Platform } from "../../platform.ts";
import { startSimulator } from "../../simulator.ts";
import type { Claim, Proof } from "../claim.ts";
import { eventually } from "../eventually.ts";
import { eventsOf, readEvents, toolSteps } from "../history.ts";

const formats = ["openai-chat", "openai-responses", "anthropic"] as const;
const timeouts = { firstTokenMs: 4_000, progressMs: 4_000, totalMs: 8_000 };
/** Runs at once, so that a call that is quick by nature is quick. */
const lanes = 24;
/** Beside what the provider asks to wait: three calls within their timeouts, and a loaded machine. */
const patienceMs = 60_000;
/** At the small scale nobody waits this long for a retry. */
const longestSmallWaitMs = 5_000;

/** One fault in one format, as a provider of its own: a pause of one must not hold up the others. */
interface Case {
  name: string;
  provider: string;
  format: (typeof formats)[number];
  fault: CataloguedFault;
  /** What the answer says when it comes through. */
  text: string;
}

/**
 * Every fault of the catalogue in every format strikes the first call of a run: what can pass is
 * tried again and ends with the whole answer once, what asks for an hour parks, what cannot pass
 * fails with its class of error; a broken answer has no effect.
 */
export const faults: Claim = {
  name: "faults",
  async prove(proof) {
    const simulator = await startSimulator();
    proof.finally(() => simulator.stop());
    const cases = casesOf(proof);
    const platform = await startPlatform({
      config: {
        providers: Object.fromEntries(
          cases.map(({ provider, format }) => [
            provider,
            {
              kind: "simulated",
              format,
              baseURL: simulator.url,
              timeouts,
              maxResponseBytes: 1 << 20,
            },
          ]),
        ),
      },
    });
    proof.finally(() => platform.stop());
    const open = [...cases];
    let passed = 0;
    async function lane(): Promise<void> {
      for (let one = open.shift(); one; one = open.shift()) {
        const problem = await tryFault(platform, one);
        proof.holds(problem === undefined, `${one.format}, ${one.name}: ${problem}`);
        if (problem === undefined) passed++;
      }
    }
    await Promise.all(Array.from({ length: lanes }, lane));
    proof.figure("faults", Object.keys(faultCatalogue).length);
    proof.figure("formats", formats.length);
    proof.equals("asExpected", passed, cases.length);
  },
};

function casesOf({ scale }: Proof): Case[] {
  const named = Object.entries(faultCatalogue).filter(([, { expected }]) => {
    const wait = expected.ends === "failed" ? (expected.retryAfterMs ?? 0) : 0;
    return scale.name === "full" || wait <= longestSmallWaitMs || wait > 60_000;
  });
  return formats.flatMap((format) =>
    named.map(([name, fault], index) => ({
      name,
      provider: `${format}-${index}`,
      format,
      fault,
      text: `All is well: ${name} – ${randomUUID()}`,
    })),
  );
}

/** Returns what is wrong with how the run went. */
async function tryFault(platform: Platform, one: Case): Promise<string | undefined> {
  const { client } = platform;
  const agent = agentOf(one);
  await client.agents.apply(agent);
  const { runId } = await client.runs.start({ agent: agent.name, input: { text: "Go." } });
  const { expected } = one.fault;
  const waitMs = expected.ends === "failed" ? (expected.retryAfterMs ?? 0) : 0;
  const run = await eventually(
    { what: `${one.format}, ${one.name}`, timeoutMs: patienceMs + Math.min(waitMs, 60_000) },
    async () => {
      const { status } = await client.runs.get(runId);
      if (status === "pending" || status === "running") return undefined;
      return fold(await readEvents(client, runId));
    },
  );
  const events = await readEvents(client, runId);
  const partial = eventsOf(events, "step.delta").length;
  return problemWith(one, run) ?? (partial > 0 ? `${partial} deltas were left behind` : undefined);
}

function agentOf({ name, provider, format, fault, text }: Case): AgentSpecInput {
  const calls = ["6 * 7", "7 * 8"].map((expression) => ({
    tool: "calculator",
    input: { expression },
  }));
  const turns = fault.strikes === "calls" ? [{ calls }, { text }] : [{ text }];
  return {
    name: `${format}-${name}`,
    model: `${provider}/script?fault=${name}&times=1`,
    instructions: JSON.stringify({ turns }),
    tools: ["calculator"],
    retry: { maxAttempts: 3, baseMs: 10 },
  };
}

function problemWith({ fault, text, name }: Case, run: Run): string | undefined {
  const { expected } = fault;
  if (expected.ends === "failed" && !expected.transient) {
    return run.status === "failed" && run.error.code === expected.code
      ? effectsProblem(run, 0)
      : `the run is ${statusOf(run)}, not failed with ${expected.code}`;
  }
  if (expected.ends === "failed" && (expected.retryAfterMs ?? 0) > 60_000) {
    return run.status === "waiting" && run.waitingFor.kind === "timer"
      ? effectsProblem(run, 0)
      : `the run is ${statusOf(run)}, and does not wait for a time`;
  }
  if (expected.ends === "completed" && expected.finish === "content_filter") {
    return run.status === "failed" && run.error.code === "model_refused"
      ? effectsProblem(run, 0)
      : `the run is ${statusOf(run)}, not failed with model_refused`;
  }
  if (run.status !== "completed") return `the run is ${statusOf(run)}, not completed`;
  if (run.output !== text) return `the answer is ${JSON.stringify(run.output)}`;
  const first = run.steps.find((step) => step.kind === "model");
  const code = first?.attempts[0]?.error?.code;
  const wanted = expected.ends === "failed" ? expected.code : undefined;
  if (code !== wanted) return `the first attempt ended with ${code ?? "no error"}, not ${wanted}`;
  return effectsProblem(run, fault.strikes === "calls" ? 2 : 0, name === "unknown-tool");
}

/** A call is made once, from an answer that was whole. */
function effectsProblem(run: Run, wanted: number, isUnknown = false): string | undefined {
  const steps = toolSteps(run);
  const settled = isUnknown ? "failed" : "done";
  const made = steps.filter(({ status, attempts }) => status === settled && attempts.length === 1);
  if (made.length === wanted && steps.length === wanted) return undefined;
  return `there are ${steps.length} tool calls, ${made.length} of them ${settled}, not ${wanted}`;
}

function statusOf(run: Run): string {
  return run.status === "failed" ? `failed with ${run.error.code}` : run.status;
}
