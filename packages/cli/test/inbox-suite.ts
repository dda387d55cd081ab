import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Interrupt } from "@flotilla/api";
import type { InboxItem, Run } from "@flotilla/core";
import { describe, expect, test, vi } from "vitest";
import { ask, platform, slow } from "./shared-platform.ts";

async function start(name: string, turns: object[], spec: object): Promise<string> {
  const file = join(platform.folder, `${name}.json`);
  const model = "simulated/script";
  const instructions = JSON.stringify({ turns });
  await writeFile(file, JSON.stringify({ name, model, instructions, ...spec }));
  await platform.flotilla(["agent", "apply", "-f", file]);
  return (await platform.flotilla(["run", name, "go", "-d"])).stdout.trim();
}

const patience = { timeout: 30_000, interval: 200 };

/** What agents of this name ask, once so many do. (`expect.poll` is not for concurrent tests.) */
const asked = (agent: string, count = 1): Promise<InboxItem[]> =>
  vi.waitFor(async () => {
    const { items } = await ask<{ items: InboxItem[] }>("inbox", "--agent", agent);
    expect(items).toHaveLength(count);
    return items;
  }, patience);

async function ended(runId: string): Promise<Run> {
  await platform.flotilla(["runs", "follow", runId]);
  return ask<Run>("runs", "show", runId);
}

const sum = (expression: string) => ({ calls: [{ tool: "calculator", input: { expression } }] });
const careful = { tools: ["calculator"], approvals: ["calculator"] };

describe.concurrent("the inbox", slow, () => {
  test("shows what a call would do; it is edited, or approved by its hash", async () => {
    const runId = await start("careful", [sum("6 * 7"), sum("1 + 1"), { text: "end" }], careful);
    const [first] = await asked("careful");
    const id = first?.interruptId ?? "";
    const shown = await platform.flotilla(["inbox", "show", id]);
    expect(shown.stdout).toContain('"expression": "6 * 7"');
    expect(shown.stdout).toContain(first?.hash);
    expect(await platform.flotilla(["inbox", "approve", id])).toMatchObject({
      code: 64,
      stderr: expect.stringContaining("An approval names what it approves."),
    });
    await platform.flotilla(["inbox", "comment", id, "Six is too many."]);
    expect((await platform.flotilla(["inbox", "show", id])).stdout).toContain("Six is too many.");
    const changed = ["inbox", "edit", id, "--input", '{"expression":"5 * 7"}'];
    const edited = await platform.flotilla(changed);
    expect(edited).toMatchObject({ code: 0, stdout: expect.stringContaining("Answered.") });
    const closed = await platform.flotilla(["inbox", "show", id]);
    expect(closed.stdout).toContain("answered (edit, by person)");
    expect(closed.stdout).not.toContain("may answer");
    const second = await vi.waitFor(async () => {
      const [item] = await asked("careful");
      expect(item?.interruptId).not.toBe(id);
      return item;
    }, patience);
    const next = await ask<Interrupt>("inbox", "show", second?.interruptId ?? "");
    const args = ["inbox", "approve", next.interruptId, "--hash", next.hash ?? ""];
    expect(await platform.flotilla([...args, "--always", "run"])).toMatchObject({ code: 0 });
    const run = await ended(runId);
    const results = run.steps.flatMap((step) => (step.kind === "tool" ? [step.output] : []));
    expect(results).toMatchObject([{ result: "35" }, { result: "2" }]);
    const { stdout } = await platform.flotilla(["runs", "show", runId]);
    expect(stdout).toContain('the model asked for {"expression":"6 * 7"}');
    expect((await platform.flotilla(["tool-rules"])).stdout).toContain(runId);
  });

  test("is answered in a pause, in which a person takes the model's turn", async () => {
    const question = { tool: "ask_person", input: { question: "Which one?" } };
    const turns = [{ calls: [question] }, { text: "not said" }];
    const runId = await start("steered", turns, { tools: ["ask_person"] });
    const [item] = await asked("steered");
    await platform.flotilla(["runs", "pause", runId]);
    const write = ["runs", "write", runId, "--text", "It is the blue one."];
    expect(await platform.flotilla(write)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("flotilla inbox"),
    });
    await platform.flotilla(["inbox", "answer", item?.interruptId ?? "", "--reply", "blue"]);
    expect(await platform.flotilla(write)).toMatchObject({ code: 0 });
    await platform.flotilla(["runs", "resume", runId]);
    expect(await ended(runId)).toMatchObject({ output: "It is the blue one." });
    const shown = await platform.flotilla(["runs", "show", runId]);
    expect(shown.stdout).toContain("step 2 by person completed");
  });

  test("takes a reply, and one answer to many", async () => {
    const question = { tool: "ask_person", input: { question: "Which colour?" } };
    const turns = [{ calls: [question] }, { text: "end" }];
    const runId = await start("curious", turns, { tools: ["ask_person"] });
    const [item] = await asked("curious");
    const reply = ["inbox", "answer", item?.interruptId ?? "", "--reply", "blue"];
    expect(await platform.flotilla(reply)).toMatchObject({ code: 0 });
    expect(JSON.stringify((await ended(runId)).steps)).toContain('"blue"');

    const many = [await start("bulky", [sum("2 * 2"), { text: "end" }], careful)];
    for (let n = 0; n < 2; n++) {
      many.push((await platform.flotilla(["run", "bulky", "go", "-d"])).stdout.trim());
    }
    await asked("bulky", 3);
    const bulk = await platform.flotilla(["inbox", "bulk", "approve", "--agent", "bulky", "--yes"]);
    expect(bulk).toMatchObject({ code: 0, stdout: "3 answered, 0 not.\n" });
    for (const one of many) expect(await ended(one)).toMatchObject({ status: "completed" });
  });
});
