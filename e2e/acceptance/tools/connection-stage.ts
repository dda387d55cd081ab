import type { Event } from "@flotilla/core";
import { runFlotilla } from "../../command.ts";
import { startPlatform, type Platform } from "../../platform.ts";
import type { Proof } from "../claim.ts";
import { eventually } from "../eventually.ts";

/** A call that a run is to make. */
export interface WantedCall {
  tool: string;
  input: object;
}

/** What became of a run's calls, in order. */
export interface Played {
  runId: string;
  status: string;
  outputs: Record<string, unknown>[];
  errors: { code: string; message: string }[];
}

const patience = { timeoutMs: 90_000, everyMs: 100 };

/** A platform whose agents may use mail and calendars unasked, at servers on this machine. */
export class ConnectionStage {
  readonly platform: Platform;
  readonly #runs: string[] = [];
  #agents = 0;

  private constructor(platform: Platform) {
    this.platform = platform;
  }

  static async open(proof: Proof, ports: readonly number[]): Promise<ConnectionStage> {
    const allow = ports.map((port) => `127.0.0.1:${port}`).join(",");
    const platform = await startPlatform({
      env: { FLOTILLA_HTTP_ALLOW: allow, FLOTILLA_LOG_LEVEL: "debug" },
    });
    proof.finally(() => platform.stop());
    const { client } = platform;
    await client.toolRules.add({ effect: "allow", tool: "mail_*" });
    await client.toolRules.add({ effect: "allow", tool: "calendar_*" });
    return new ConnectionStage(platform);
  }

  /** As a person does: the secret on stdin. Returns what the test of it says; empty: it was let in. */
  async add(name: string, secret: string, ...options: string[]): Promise<string> {
    const at = ["--url", this.platform.url];
    const added = await runFlotilla(["connections", "add", name, ...options, ...at], {
      input: secret,
    });
    if (added.code !== 0) throw new Error(`connections add ${name}: ${added.stderr}`);
    const tested = await runFlotilla(["connections", "test", name, "--json", ...at]);
    const { test } = JSON.parse(tested.stdout) as { test: { ok: boolean; message: string } };
    return test.message;
  }

  /** Begins a run whose model asks for these calls, one after another. */
  async begin(calls: readonly WantedCall[]): Promise<string> {
    const name = `clerk-${++this.#agents}`;
    const turns = [...calls.map((call) => ({ calls: [call] })), { text: "Done." }];
    await this.platform.client.agents.apply({
      name,
      model: "simulated/script",
      instructions: JSON.stringify({ turns }),
      tools: [...new Set(calls.map(({ tool }) => tool))],
    });
    const { runId } = await this.platform.client.runs.start({
      agent: name,
      input: { text: "Go on." },
    });
    this.#runs.push(runId);
    return runId;
  }

  async play(...calls: WantedCall[]): Promise<Played> {
    return this.ended(await this.begin(calls));
  }

  /** Once a run has ended, or waits for a person. */
  async ended(runId: string): Promise<Played> {
    const { client } = this.platform;
    const status = await eventually({ what: `the end of ${runId}`, ...patience }, async () => {
      const { status: now } = await client.runs.get(runId);
      return ["completed", "failed", "waiting"].includes(now) ? now : undefined;
    });
    const events = await this.#events(runId);
    return {
      runId,
      status,
      outputs: events.flatMap((event) =>
        event.type === "effect.done" ? [event.output as never] : [],
      ),
      errors: events.flatMap((event) => (event.type === "effect.failed" ? [event.error] : [])),
    };
  }

  async #events(runId: string): Promise<Event[]> {
    return (await this.platform.client.runs.events(runId, { limit: 1_000 })).items;
  }

  /** Where a secret is told: the runs' journals, the log. */
  async tellers(secrets: readonly string[]): Promise<string[]> {
    const found: string[] = [];
    const look = (where: string, text: string) => {
      if (secrets.some((secret) => text.includes(secret))) found.push(where);
    };
    for (const runId of this.#runs) look(runId, JSON.stringify(await this.#events(runId)));
    look("the log", this.platform.log());
    return found;
  }

  /** Ends every worker as a power failure would; new ones are started by themselves. */
  killWorkers(): number {
    const pids = this.platform.workerPids();
    for (const pid of pids) process.kill(pid, "SIGKILL");
    return pids.length;
  }
}
