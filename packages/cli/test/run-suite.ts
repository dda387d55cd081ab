import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fold, type Event, type Run, type RunComparison, type RunSummary } from "@flotilla/core";
import { describe, expect, test } from "vitest";
import { ask, platform, slow } from "./shared-platform.ts";

describe.concurrent("a run", slow, () => {
  test("in a pipe answers on stdout and tells its tool calls on stderr", async () => {
    const { code, stdout, stderr } = await platform.flotilla(["run", "math", "What is 6 * 7?"]);
    expect(code).toBe(0);
    expect(stdout).toContain("The answer is 42.");
    expect(stdout).not.toContain("I will work out");
    expect(stderr).toMatch(
      /^run_\w{26}\n→ calculator\(\{"expression":"6 \* 7"\}\)\n✓ calculator = /,
    );
    expect(stderr).toMatch(/completed · .* · 2 steps · .* · \$0\.\d+\n$/);
  });

  test("shows its tokens as they come when asked for", async () => {
    const { code, stdout } = await platform.flotilla(["run", "math", "--output", "live"], {
      input: "What is 6 * 7?\n",
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^I will work out 6 \* 7\.\n→ calculator.*\n✓ calculator = .*\n6 \* 7 = 42\n\nThe answer is 42\.\ncompleted · /,
    );
  });

  test("with --output json prints its output alone", async () => {
    const question = join(platform.folder, "question.txt");
    await writeFile(question, "What is 6 * 7?\n");
    const { stdout } = await platform.flotilla(["run", "math", "-f", question, "--output", "json"]);
    expect(JSON.parse(stdout)).toContain("The answer is 42.");
  });

  test("with --json prints events that fold to the run", async () => {
    const { stdout } = await platform.flotilla(["run", "math", "What is 6 * 7?", "--json"]);
    const events = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Event);
    const run = fold(events);
    expect(run).toMatchObject({ status: "completed", stepCount: 2 });
    expect(await ask<Run>("runs", "show", run.runId)).toMatchObject({ seq: run.seq });
  });

  test("that is detached can be found, followed and read", async () => {
    const { stdout } = await platform.flotilla(["run", "math", "What is 6 * 7?", "-d"]);
    const runId = stdout.trim();
    const followed = await platform.flotilla(["runs", "follow", runId]);
    expect(followed).toMatchObject({ code: 0, stdout: expect.stringContaining("completed · ") });
    expect((await platform.flotilla(["runs", "show", runId])).stdout).toContain(
      "The answer is 42.",
    );
    expect((await platform.flotilla(["runs", "events", runId])).stdout).toMatch(/ run\.completed /);
    expect(await platform.flotilla(["runs", "answer", runId, "--redo"])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("waits for no answer; it is completed."),
    });
    const page = await ask<{ items: RunSummary[] }>(
      ...["runs", "list", "--agent", "math", "--limit", "100"],
    );
    expect(page.items.map((run) => run.runId)).toContain(runId);
    expect((await platform.flotilla(["runs", "list", "--limit", "100"])).stdout).toContain(runId);
  });

  test("is shown as it was at an event, and compared with another step by step", async () => {
    const start = async (input: string) => {
      const { stderr } = await platform.flotilla(["run", "math", input]);
      return stderr.split("\n")[0] as string;
    };
    const [one, other] = [await start("What is 6 * 7?"), await start("What is 6 * 8?")];
    const earlier = await platform.flotilla(["runs", "show", one, "--at", "1"]);
    expect(earlier.stdout).toMatch(/^status +pending$/m);
    expect(earlier.stdout).not.toContain("The answer is 42.");
    const compared = await platform.flotilla(["runs", "compare", one, other]);
    expect(compared).toMatchObject({ code: 0 });
    expect(compared.stdout).toContain("- The answer is 42.\n+ The answer is 48.");
    expect(compared.stdout).toMatch(
      /^~ +1 calculator\(.*6 \* 7.* +1 calculator\(.*6 \* 8.* input, output$/m,
    );
    const same = await ask<RunComparison>("runs", "compare", one, one);
    expect(same.counts).toEqual({ same: 3, changed: 0, added: 0, removed: 0 });
  });

  test("is forked with another message, and its fork is compared with it", async () => {
    const { stderr } = await platform.flotilla(["run", "math", "What is 6 * 7?"]);
    const source = stderr.split("\n")[0] as string;
    const forked = await platform.flotilla([
      "runs",
      "fork",
      source,
      "--message",
      "What is 6 * 8?",
      "--effects",
      "block",
      "--follow",
    ]);
    expect(forked).toMatchObject({ code: 0 });
    expect(forked.stdout).toContain("The answer is 48.");
    const runId = forked.stderr.split("\n")[0] as string;
    const shown = await platform.flotilla(["runs", "show", runId]);
    expect(shown.stdout).toMatch(/^fork of +run_\w{26} at event 1; 0 model steps reused/m);
    const compared = await platform.flotilla(["runs", "compare", source, runId]);
    expect(compared.stdout).toMatch(/^reused +- +0 model steps, \$0$/m);
    const again = await ask<Run>("runs", "fork", source, "--at", "2", "--result", "c1-0=7");
    expect(again.fork).toMatchObject({ from: { runId: source }, reused: { steps: 1 } });
    expect(await platform.flotilla(["runs", "fork", source, "--at", "soon"])).toMatchObject({
      code: 64,
      stderr: expect.stringContaining("--at takes start, end or the number of a model step"),
    });
  });

  test("that fails exits 2 with the cause and the remedy, and can be retried", async () => {
    const { code, stdout, stderr } = await platform.flotilla(["run", "broken", "Hello"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/✗ failed: .+\n.+\n/);
    const runId = stderr.split("\n")[0] as string;
    const retried = await platform.flotilla(["runs", "retry", runId, "--follow"]);
    expect(retried.code).toBe(2);
  });

  test("goes on after Ctrl-C, which says how to come back, until it is cancelled", async () => {
    const { code, stdout, stderr } = await platform.flotilla(["run", "slow", "Hello", "--json"], {
      interrupt: { after: /run\.created/, signal: "SIGINT" },
    });
    expect(code).toBe(130);
    const { runId } = JSON.parse(stdout.split("\n")[0] as string) as Event;
    expect(stderr).toContain(`flotilla runs follow ${runId}`);
    expect(["pending", "running"]).toContain((await ask<Run>("runs", "show", runId)).status);
    await ask("runs", "cancel", runId, "--reason", "enough");
    const followed = await platform.flotilla(["runs", "follow", runId]);
    expect(followed.code).toBe(2);
    expect(followed.stdout).toMatch(/cancelled by .*: enough/);
  });

  test("without input is refused", async () => {
    expect(await platform.flotilla(["run", "math"])).toMatchObject({
      code: 64,
      stderr: expect.stringContaining("The input is empty."),
    });
  });
});
