import type { Client } from "@flotilla/api";
import type { AgentSpecInput, Run } from "@flotilla/core";
import type { Scene } from "./scene.ts";

/** A run of an agent with a scripted model, and how it has to go whatever is killed meanwhile. */
export interface Scenario {
  name: string;
  spec: Omit<Partial<AgentSpecInput>, "name">;
  scenes: Scene[];
  /** Agents that it gives steps to. */
  others?: { name: string; scenes: Scene[] }[];
  /** What people do with the run; resolves when they have done it. */
  act?(client: Client, runId: string): Promise<void>;
  /** The output, or the code of the error it fails with. */
  ends: { output: unknown } | { code: string };
  /** What each model call was for, in order: steps of a plan by their id. */
  calls: string;
}

/** What each model call of a run was for. */
export function callsOf(run: Run): string {
  const calls = run.steps.flatMap((one) => {
    if (one.kind !== "model") return [];
    const { purpose } = one;
    return [purpose?.kind === "plan_step" ? purpose.id : (purpose?.kind ?? "act")];
  });
  return calls.join(" ");
}

export function endOf(run: Run): Scenario["ends"] {
  if (run.status === "completed") return { output: run.output };
  return { code: run.status === "failed" ? run.error.code : run.status };
}
