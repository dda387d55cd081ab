import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BatchProgress, BatchStatus } from "@flotilla/core";
import { describe, expect, test } from "vitest";
import { platform, slow } from "./shared-platform.ts";

async function file(name: string, content: string): Promise<string> {
  const path = join(platform.folder, name);
  await writeFile(path, content);
  return path;
}

async function show(batchId: string): Promise<BatchProgress> {
  const { stdout } = await platform.flotilla(["batch", "show", batchId, "--json"]);
  return JSON.parse(stdout) as BatchProgress;
}

async function act(action: string, batchId: string): Promise<BatchStatus> {
  const { code, stdout, stderr } = await platform.flotilla(["batch", action, batchId, "--json"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return (JSON.parse(stdout) as BatchProgress).status;
}

const sums = ["a,b", ...Array.from({ length: 30 }, (_, i) => `${i},${i + 1}`)].join("\n");

describe.concurrent("a batch", slow, () => {
  test("whose answers are checked has its failing runs forked, and compared", async () => {
    const rows = await file("checked.csv", "a,b,want\n1,2,3\n40,3,42\n5,5,11");
    const args = ["batch", "run", "math", rows, "-t", "What is {{a}} + {{b}}?"];
    const ran = await platform.flotilla([...args, "--check", "number={{row.want}}", "--json"]);
    const { batch } = JSON.parse(ran.stdout.split("\n")[0] as string) as { batch: BatchProgress };
    const forked = await platform.flotilla([
      "batch",
      "fork",
      batch.id,
      "--outcome",
      "failing",
      "--message",
      "What is 40 + 2?",
    ]);
    expect(forked).toMatchObject({ code: 0 });
    expect(forked.stdout).toMatch(/^2 runs forked: 1 fixed, 1 still failing\.$/m);
    expect(forked.stdout).toMatch(/^before +0 /m);
    expect(forked.stdout).toMatch(/^after +1 /m);
    const id = forked.stderr.split("\n")[0] as string;
    const compared = await platform.flotilla(["batch", "compare", id, "--outcome", "fixed"]);
    expect(compared.stdout).toMatch(/^ *1 +fixed +run_\w+ +run_\w+ .*is 43\. .*is 42\.$/m);
    expect(compared.stdout).not.toMatch(/^ *2 +still failing/m);
    const unforked = await platform.flotilla(["batch", "compare", batch.id]);
    expect(unforked.stdout).toContain("No run of this batch is a fork");
    expect(await platform.flotilla(["batch", "fork", "--status", "failed"])).toMatchObject({
      code: 64,
      stderr: expect.stringContaining("It is not said which runs to fork."),
    });
    expect(await platform.flotilla([...args, "--check", "best=1"])).toMatchObject({ code: 64 });
  });

  test("runs every row of a CSV file and writes the results", async () => {
    const rows = await file("sums.csv", sums);
    const out = join(platform.folder, "results.jsonl");
    const { code, stdout, stderr } = await platform.flotilla([
      "batch",
      "run",
      "math",
      rows,
      "-t",
      "What is {{a}} + {{b}}?",
      "--out",
      out,
    ]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toMatch(/^30 rows loaded\.\nbat_\w{26}\n/);
    expect(stderr).toMatch(/^100% 30\/30 rows · \$0\.\d+$/m);
    expect(stderr).toMatch(/^completed in .* · 30 of 30 rows completed · /m);
    const results = (await readFile(out, "utf8")).trim().split("\n");
    expect(results).toHaveLength(30);
    for (const line of results) expect(line).toMatch(/The answer is \d+\./);
  });

  test("with --json tells its start, its progress and its end, line by line", async () => {
    const rows = await file("rows.jsonl", '{"q":"1 + 2"}\n{"q":"3 + 4"}\n');
    const { code, stdout, stderr } = await platform.flotilla([
      ...["batch", "run", "math", rows, "-t", "{{q}}", "--json", "--concurrency", "2"],
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ type: "started", loaded: { rows: 2, bad: 0 } });
    expect(lines.at(-1)).toMatchObject({
      type: "ended",
      batch: { status: "completed", rows: 2, counts: { completed: 2 }, concurrency: 2 },
    });
    expect(lines.slice(1, -1).every((line) => line.type === "progress")).toBe(true);
  });

  test("takes rows from stdin and a template from a file, and can be left at once", async () => {
    const template = await file("prompt.txt", "What is {{q}}?");
    const { stdout } = await platform.flotilla(
      ["batch", "run", "math", "-", "--format", "jsonl", "-t", `@${template}`, "--detach"],
      { input: '{"q":"2 * 3"}\n' },
    );
    const batchId = stdout.trim();
    const watched = await platform.flotilla(["batch", "watch", batchId]);
    expect(watched.code).toBe(0);
    const csv = await platform.flotilla(["batch", "results", batchId, "--format", "csv"]);
    expect(csv.stdout).toContain("The answer is 6.");
    expect((await platform.flotilla(["batch", "list"])).stdout).toContain(batchId);
    expect((await platform.flotilla(["batch", "show", batchId])).stdout).toMatch(/^name +stdin$/m);
  });

  test("names a bad row by its line, runs the others, and exits 2", async () => {
    const rows = await file("bad.jsonl", '{"q":"1 + 2"}\n{"q":\n{"q":"3 + 4"}\n');
    const { code, stderr } = await platform.flotilla(["batch", "run", "math", rows, "-t", "{{q}}"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^ {2}Line 2: not valid JSON/m);
    expect(stderr).toMatch(/2 of 3 rows completed · 1 failed/);
  });

  test("whose template names a missing column is refused before anything starts", async () => {
    const rows = await file("few.csv", "a\n1\n");
    const { code, stderr } = await platform.flotilla(["batch", "run", "math", rows, "-t", "{{z}}"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/"?z"?/);
    const { stdout } = await platform.flotilla(["batch", "list", "--json"]);
    const { items } = JSON.parse(stdout) as { items: BatchProgress[] };
    expect(items.find((batch) => batch.name === "few.csv")?.status).toBe("cancelled");
  });

  test("with failed rows exits 2, says why, and hands out those rows", async () => {
    const rows = await file("two.csv", "q\none\ntwo\n");
    const { code, stderr } = await platform.flotilla([
      "batch",
      "run",
      "broken",
      rows,
      "-t",
      "{{q}}",
    ]);
    expect(code).toBe(2);
    const batchId = /bat_\w{26}/.exec(stderr)?.[0] as string;
    expect(stderr).toMatch(/2 rows \(first: line 2\): .+/);
    expect(stderr).toContain(`flotilla batch retry ${batchId}`);
    const failed = await platform.flotilla(["batch", "results", batchId, "--status", "failed"]);
    expect(failed.stdout.trim().split("\n")).toHaveLength(2);
    expect(["running", "completed"]).toContain(await act("retry", batchId));
    expect((await platform.flotilla(["batch", "watch", batchId])).code).toBe(2);
  });
});

describe.concurrent("a batch under way", slow, () => {
  test("is paused, changed, resumed, left with Ctrl-C, and cancelled", async () => {
    const rows = await file("slow.csv", `q\n${"hello\n".repeat(20)}`);
    const { stdout } = await platform.flotilla([
      ...["batch", "run", "slow", rows, "-t", "{{q}}", "--concurrency", "2", "--detach"],
    ]);
    const batchId = stdout.trim();
    expect(await act("pause", batchId)).toBe("paused");
    const changed = await platform.flotilla([
      ...["batch", "change", batchId, "--concurrency", "3", "--budget", "2", "--json"],
    ]);
    expect(JSON.parse(changed.stdout)).toMatchObject({ concurrency: 3, budgetMicros: 2_000_000 });
    expect(await act("resume", batchId)).toBe("running");
    const watched = await platform.flotilla(["batch", "watch", batchId], {
      interrupt: { after: /20 rows/, signal: "SIGINT" },
    });
    expect(watched.code).toBe(130);
    expect(watched.stderr).toContain(`flotilla batch watch ${batchId}`);
    expect((await show(batchId)).status).toBe("running");
    expect(await act("cancel", batchId)).toBe("cancelled");
    expect((await platform.flotilla(["batch", "watch", batchId])).code).toBe(2);
  });
});
