import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { startPlatform } from "../../../platform.ts";
import type { Proof } from "../../claim.ts";
import { eventually } from "../../eventually.ts";
import { hasEscaped, type Attempt } from "./attempts.ts";
import { limits, secret, type Stage } from "./stage.ts";

const outputSchema = z.object({
  exitCode: z.int(),
  ended: z.string().optional(),
  stdout: z.object({ text: z.string() }),
});
/** Longer than a mark takes to be left. */
const markMs = 1_600;

/** The same attempts as calls of `code_python`, all in one run, whose worker has the secret in its environment. */
export async function tryInRuns(
  proof: Proof,
  stage: Stage,
  real: readonly Attempt[],
): Promise<void> {
  const megabytes = limits.memoryBytes / 2 ** 20;
  const platform = await startPlatform({
    env: {
      FLOTILLA_SANDBOX_SECRET: secret,
      FLOTILLA_SANDBOX: JSON.stringify({
        ...{ seconds: limits.wallMs / 1_000, cpuSeconds: limits.cpuSeconds },
        ...{ memoryMegabytes: megabytes, processes: limits.processes, outputMegabytes: 2 },
      }),
    },
  });
  proof.finally(() => platform.stop());
  const { client } = platform;
  const agent = "coder";
  await client.agents.apply({
    name: agent,
    model: "simulated/script",
    tools: ["code_python", "files_write"],
    limits: { maxSteps: 2 * real.length + 10 },
  });
  // The quota of a run's workspace is the platform's, larger than what was tried above.
  const outside = { ...stage.outside, disk: 120_000_000, files: 11_000 };
  // Written once, so that the transcript does not hold it with every call.
  const program = { path: "attempts.py", content: stage.code };
  const code = 'import runpy; runpy.run_path("attempts.py", run_name="__main__")';
  const turns = [
    { calls: [{ tool: "files_write", input: program }] },
    ...real.map(({ name }) => ({
      calls: [{ tool: "code_python", input: { code, args: [name, JSON.stringify(outside)] } }],
    })),
  ];
  const input = { text: JSON.stringify({ turns: [...turns, { text: "tried" }] }) };
  const { runId } = await client.runs.start({ agent, input });
  const ended = await eventually({ what: "the run to end", timeoutMs: 400_000 }, async () => {
    const { status } = await client.runs.get(runId);
    return ["completed", "failed", "waiting"].includes(status) ? status : undefined;
  });
  proof.equals("the run of all attempts", ended, "completed");
  const { items } = await client.runs.events(runId, { limit: 1_000 });
  const results = items.flatMap((event) =>
    // That of the file is no output of a program.
    event.type === "effect.done" ? (outputSchema.safeParse(event.output).data ?? []) : [],
  );
  proof.equals("attempts in a run", results.length, real.length);
  const escaped = real.filter(({ leavesMark }, index) => {
    return !leavesMark && hasEscaped(results[index]?.stdout.text ?? "");
  });
  for (const { name } of escaped) proof.tell(`${name} gets out of a run`);
  await sleep(markMs);
  const left = await readdir(join(platform.home, "workspaces", runId));
  const marks = left.filter((file) => file === "mark");
  const escapes = [...escaped.map(({ name }) => name), ...marks];
  proof.equals("escapes from a run", escapes.join(), "");
}
