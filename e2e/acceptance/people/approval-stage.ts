import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Interrupt, InvitationMade, Page } from "@flotilla/api";
import type { Agent, InboxItem, Json, Role, RunSummary } from "@flotilla/core";
import { firstOwner, Person, tokenOf } from "../../person.ts";
import { startPlatform } from "../../platform.ts";
import type { Proof } from "../claim.ts";
import { eventually } from "../eventually.ts";
import { toolsFolder } from "../ledger-setting.ts";
import { readJsonLines } from "../word-problems.ts";

const patience = { timeoutMs: 60_000 };
const unbounded = { perMinute: 1_000_000, burst: 1_000_000 };

/**
 * A platform where people sign in, and agents that ask before they call a tool that keeps account of its executions outside of
 * the platform.
 */
export class ApprovalStage {
  readonly proof: Proof;
  readonly owner: Person;
  readonly #executions: string;
  tried = 0;

  private constructor(proof: Proof, owner: Person, executions: string) {
    this.proof = proof;
    this.owner = owner;
    this.#executions = executions;
  }

  static async open(proof: Proof): Promise<ApprovalStage> {
    const file = join(proof.folder, "executions.jsonl");
    const platform = await startPlatform({
      env: { FLOTILLA_TOOLS: toolsFolder, E2E_LEDGER: file },
      config: { signIn: "required", rateLimits: { address: unbounded, caller: unbounded } },
    });
    proof.finally(() => platform.stop());
    const owner = await firstOwner(platform.url, platform.adminLink);
    return new ApprovalStage(proof, owner, file);
  }

  /** Somebody who was invited, and has set a password. */
  async invite(name: string, role: Role, organisation?: string) {
    const email = `${name.toLowerCase()}@example.com`;
    const at: Record<string, string> = organisation
      ? { "flotilla-organisation": organisation }
      : {};
    const asked = { email, role };
    const made = await this.owner.json<InvitationMade>("POST", "/api/v1/invitations", asked, at);
    const person = new Person(this.owner.url);
    const password = `${name} has a long password`;
    const acceptance = { token: tokenOf(made.link), name, password };
    const path = "/api/v1/invitations/accept";
    const { userId } = await person.json<{ userId: string }>("POST", path, acceptance);
    return { person, userId };
  }

  /** A run of an agent that proposes a call with this input, and what it asks. */
  async propose(name: string, input: Json, spec: object = {}): Promise<Interrupt> {
    const turns = [{ calls: [{ tool: "ledger", input }] }, { text: "end" }];
    await this.owner.json<Agent>("PUT", `/api/v1/agents/${name}`, {
      name,
      model: "simulated/script",
      instructions: JSON.stringify({ turns }),
      tools: ["ledger"],
      approvals: ["ledger"],
      ...spec,
    });
    const start = { agent: name, input: { text: "go" } };
    const { runId } = await this.owner.json<RunSummary>("POST", "/api/v1/runs", start);
    const item = await eventually({ what: "an approval", ...patience }, async () => {
      const path = `/api/v1/inbox?runId=${runId}`;
      return (await this.owner.json<Page<InboxItem>>("GET", path)).items[0];
    });
    return this.owner.json<Interrupt>("GET", pathOf(item));
  }

  async completed(runId: string): Promise<void> {
    await eventually({ what: "the run to complete", ...patience }, async () => {
      const { status } = await this.owner.json<RunSummary>("GET", `/api/v1/runs/${runId}`);
      return status === "completed" || undefined;
    });
  }

  async executions(): Promise<number> {
    return existsSync(this.#executions) ? (await readJsonLines(this.#executions)).length : 0;
  }

  /** An attack: it must be answered with this status and code, and a sentence. */
  async refused(
    name: string,
    by: Person,
    { path, body }: { path: string; body: Json },
    [status, code]: readonly [number, string],
  ): Promise<void> {
    this.tried += 1;
    const answer = await by.send("POST", `${path}/answer`, body);
    const told = (await answer.json()) as { code?: string; detail?: string };
    const isRefused = answer.status === status && told.code === code && Boolean(told.detail);
    const what = `${answer.status} ${JSON.stringify(told)}, not ${status} ${code}`;
    this.proof.holds(isRefused, `${name}: answered ${what}`);
  }
}

export function pathOf({ runId, interruptId }: Pick<InboxItem, "runId" | "interruptId">): string {
  return `/api/v1/runs/${runId}/interrupts/${interruptId}`;
}
