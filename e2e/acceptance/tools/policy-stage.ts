import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createClient, type Client, type KeyMade } from "@flotilla/api";
import type { Environment, Event, Role, ToolEffect } from "@flotilla/core";
import { runFlotilla, type Answer } from "../../command.ts";
import { firstOwner } from "../../person.ts";
import { startPlatform } from "../../platform.ts";
import type { Proof } from "../claim.ts";
import { eventually } from "../eventually.ts";
import type { PolicyCase } from "./policy-cases.ts";

const toolFile = `
import { appendFile } from "node:fs/promises";
import { defineTool } from "@flotilla/tools";
import { z } from "zod";

export const act = defineTool({
  name: "act",
  description: "Does something outside, and notes that it did.",
  input: z.looseObject({}),
  output: z.strictObject({ done: z.boolean() }),
  risk: "outbound",
  reach: "open",
  recovery: "idempotent",
  timeoutMs: 10_000,
  maxAttempts: 1,
  async call(_input, { runId }) {
    await appendFile(process.env.E2E_ACTS, runId + "\\n");
    return { done: true };
  },
});
`;

const unbounded = { perMinute: 1_000_000, burst: 1_000_000 };
const environments: readonly Environment[] = ["prod", "staging", "dev"];
const keyRoles: readonly Role[] = ["owner", "operator", "builder"];

/** What became of the one call of a run. */
export interface Outcome {
  runId: string;
  effect: ToolEffect;
  /** The rule that decided, as the run's events tell it. */
  ruleId?: string;
  version?: number;
  spentUsd: number;
}

/** A platform with a tool that keeps account of its calls outside, and keys of several roles. */
export class PolicyStage {
  readonly url: string;
  readonly #acts: string;
  readonly #folder: string;
  readonly #keys: ReadonlyMap<string, string>;

  private constructor(url: string, folder: string, keys: ReadonlyMap<string, string>) {
    this.url = url;
    this.#folder = folder;
    this.#acts = join(folder, "acts");
    this.#keys = keys;
  }

  static async open(proof: Proof): Promise<PolicyStage> {
    const tools = join(proof.folder, "tools");
    await mkdir(tools);
    await writeFile(join(tools, "act.ts"), toolFile);
    const platform = await startPlatform({
      env: { FLOTILLA_TOOLS: tools, E2E_ACTS: join(proof.folder, "acts") },
      config: { signIn: "required", rateLimits: { address: unbounded, caller: unbounded } },
    });
    proof.finally(() => platform.stop());
    const owner = await firstOwner(platform.url, platform.adminLink);
    const keys = new Map<string, string>();
    for (const environment of environments) {
      for (const role of keyRoles) {
        const at = { "flotilla-environment": environment };
        const made = await owner.json<KeyMade>("POST", "/api/v1/keys", { name: role, role }, at);
        keys.set(`${environment} ${role}`, made.secret);
      }
    }
    return new PolicyStage(platform.url, proof.folder, keys);
  }

  client(environment: Environment = "prod", role: Role = "owner"): Client {
    const auth = this.#keys.get(`${environment} ${role}`);
    return createClient({ baseUrl: this.url, auth });
  }

  /** Runs a command of the command line as the owner, with a file if there is one. */
  async flotilla(args: readonly string[], file?: object): Promise<Answer> {
    const path = join(this.#folder, "policy.yaml");
    if (file) await writeFile(path, JSON.stringify(file));
    const env = { FLOTILLA_API_KEY: this.#keys.get("prod owner") ?? "" };
    return runFlotilla([...args, ...(file ? ["-f", path] : []), "--url", this.url], { env });
  }

  /** Starts a run of an agent whose model asks for one call, and waits for what becomes of it. */
  async play(agent: string, one: PolicyCase): Promise<Outcome> {
    const { environment, role, input, labels } = one;
    await this.client(environment).agents.apply({
      name: agent,
      model: "simulated/script",
      instructions: JSON.stringify({
        turns: [{ calls: [{ tool: "act", input }] }, { text: "end" }],
      }),
      tools: ["act"],
    });
    const client = this.client(environment, role);
    const { runId } = await client.runs.start({
      agent,
      input: { text: "go" },
      ...(labels && { labels }),
    });
    const events = await eventually(
      { what: `${one.name} to end or wait`, timeoutMs: 60_000, everyMs: 300 },
      async () => {
        const { status } = await client.runs.get(runId);
        if (status !== "completed" && status !== "waiting" && status !== "failed") return undefined;
        return (await client.runs.events(runId, { limit: 100 })).items;
      },
    );
    return outcomeOf(runId, events);
  }

  /** The runs whose call was really made. */
  async acted(): Promise<string[]> {
    const text = await readFile(this.#acts, "utf8").catch(() => "");
    return text.split("\n").filter(Boolean);
  }
}

function outcomeOf(runId: string, events: readonly Event[]): Outcome {
  let spent = 0;
  let outcome: Outcome | undefined;
  for (const event of events) {
    if (event.type === "step.completed" && !outcome) spent += event.costMicros ?? 0;
    const spentUsd = spent / 1_000_000;
    if (event.type === "interrupt.raised" && event.kind === "approval") {
      return { runId, effect: "ask", ...event.decidedBy, spentUsd };
    }
    if (event.type === "effect.intended") {
      outcome = { runId, effect: "allow", ...event.decidedBy, spentUsd };
    }
    if (event.type === "effect.failed" && event.error.code === "tool_forbidden" && outcome) {
      return { ...outcome, effect: "deny", ...(event.error.details as Partial<Outcome>) };
    }
  }
  if (!outcome) throw new Error(`run ${runId} asked for no call`);
  return outcome;
}
