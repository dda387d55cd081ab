import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Status } from "@flotilla/api";
import { fold, type Event, type Run, type RunSummary } from "@flotilla/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startPlatform, type RunningPlatform } from "./platform.ts";

/** Every step is a process of its own; a busy machine takes its time. */
const slow = { timeout: 120_000 };

let platform: RunningPlatform;
let agents = "";
beforeAll(async () => {
  platform = await startPlatform();
  agents = join(platform.folder, "agents");
  await mkdir(agents);
  await writeFile(
    join(agents, "math.yaml"),
    "name: math\nmodel: simulated/demo\ntools: [calculator]\n",
  );
  await writeFile(join(agents, "slow.yaml"), "name: slow\nmodel: slow/demo\n");
  await writeFile(
    join(agents, "broken.json"),
    JSON.stringify({ name: "broken", model: "simulated/demo?fault=http&status=400" }),
  );
  await platform.flotilla(["agent", "apply", "-f", agents]);
}, 120_000);
afterAll(async () => {
  await platform.stop();
}, 60_000);

/** The command's answer, which must be one JSON document. */
async function ask<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await platform.flotilla([...args, "--json"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout) as T;
}

describe("the platform", slow, () => {
  test("says how it is", async () => {
    const status = await ask<Status>("status");
    expect(status.database.kind).toBe("embedded");
    const { stdout } = await platform.flotilla(["status"]);
    expect(stdout).toContain("embedded Postgres");
  });

  test("is in order by the doctor's word", async () => {
    const { code, stdout } = await platform.flotilla(["doctor"]);
    expect(stdout).toMatch(/✓ workers +1 worker alive/);
    expect(stdout).not.toContain("✗");
    expect(code).toBe(0);
  });

  test("lists and shows its tools", async () => {
    const { items } = await ask<{ items: { name: string }[] }>("tool", "list");
    expect(items.map((tool) => tool.name)).toContain("calculator");
    expect((await platform.flotilla(["tool", "show", "calculator"])).stdout).toContain(
      "expression",
    );
    expect(await platform.flotilla(["tool", "show", "hammer"])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/no tool "hammer".*\nThere are: .*calculator/),
    });
  });
});

describe("agents", slow, () => {
  test("of a folder are applied together", async () => {
    expect(await platform.flotilla(["agent", "apply", "-f", agents])).toEqual({
      code: 0,
      stdout: "broken v1 unchanged\nmath v1 unchanged\nslow v1 unchanged\n",
      stderr: "",
    });
  });

  test("are listed, shown as their file, and keep their version when unchanged", async () => {
    expect((await platform.flotilla(["agent", "list"])).stdout).toMatch(
      /^math +1 +simulated\/demo/m,
    );
    const { stdout } = await platform.flotilla(["agent", "show", "math"]);
    expect(await platform.flotilla(["agent", "apply", "-f", "-"], { input: stdout })).toMatchObject(
      {
        stdout: "math v1 unchanged\n",
      },
    );
  });

  test("change by a new version and are deleted with --yes only", async () => {
    const apply = async (input: string) =>
      (await platform.flotilla(["agent", "apply", "-f", "-"], { input })).stdout;
    expect(await apply("name: short-lived\nmodel: simulated/demo\n")).toBe(
      "short-lived v1 created\n",
    );
    expect(await apply("name: short-lived\nmodel: simulated/script\n")).toBe(
      "short-lived v2 changed\n",
    );
    expect((await platform.flotilla(["agent", "delete", "short-lived"])).code).toBe(64);
    expect(await platform.flotilla(["agent", "delete", "short-lived", "-y"])).toMatchObject({
      code: 0,
    });
    expect((await platform.flotilla(["agent", "list"])).stdout).not.toContain("short-lived");
  });

  test("that do not exist are told with the request's id", async () => {
    const { code, stderr } = await platform.flotilla(["agent", "show", "nobody"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Error: .*nobody.*\n.+\nRequest id: \S+\n$/);
  });
});

describe("a run", slow, () => {
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
    const page = await ask<{ items: RunSummary[] }>("runs", "list", "--agent", "math");
    expect(page.items.map((run) => run.runId)).toContain(runId);
    expect((await platform.flotilla(["runs", "list"])).stdout).toContain(runId);
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

describe("the end of the platform", slow, () => {
  test("is 0 after Ctrl-C has drained it", async () => {
    expect(await platform.stop()).toBe(0);
  });
});
