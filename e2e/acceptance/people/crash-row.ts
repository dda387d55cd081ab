import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Client } from "@flotilla/api";
import type { DeadLetter } from "@flotilla/core";
import { runFlotilla } from "../../command.ts";
import { startPlatform, type Platform } from "../../platform.ts";
import type { Execution } from "../audit.ts";
import type { Claim, Proof } from "../claim.ts";
import { eventually } from "../eventually.ts";
import { toolsFolder } from "../ledger-setting.ts";
import { readJsonLines } from "../word-problems.ts";

/** How a call ends its process, and what is said of it. */
const ways = {
  exit: { act: "process.exit(7);", says: "it exited with code 7" },
  memory: {
    act: "const all: unknown[] = []; for (;;) all.push(new Array(100_000).fill(all.length));",
    says: "it ran out of memory",
  },
  hang: { act: "for (;;);", says: "its event loop stood still" },
} as const;
type Way = keyof typeof ways;
const names = Object.keys(ways) as Way[];

const patience = { timeoutMs: 240_000, everyMs: 300 };

/**
 * Three batches at once, in each of which the tool call of one row ends its worker: by an exit, by using up its memory, by never
 * giving the event loop back. All other rows complete, and none of their effects happens twice; the row becomes a dead letter
 * that says why. With the tool repaired and the workers restarted, a replay completes it.
 */
export const crashRow: Claim = {
  name: "crash-row",
  async prove(proof) {
    const rows = proof.scale.name === "full" ? 200 : 24;
    const folder = join(proof.folder, "tools");
    const ledger = join(proof.folder, "executions.jsonl");
    await writeTools(folder, "broken");
    const platform = await startPlatform({
      workers: 2,
      env: {
        FLOTILLA_TOOLS: folder,
        FLOTILLA_WORKER_MEGABYTES: "512",
        E2E_LEDGER: ledger,
        E2E_LEDGER_PAUSE_MS: "150",
      },
    });
    proof.finally(() => platform.stop());
    const batches = await startBatches(platform.client, rows);
    proof.figure("rows", rows);
    for (const way of names) await checkBatch(proof, platform, way, batches[way], rows);
    const deaths = platform.log().split('"a worker ended').length - 1;
    proof.figure("workersThatEnded", deaths);
    // One for each culprit; two may end the same worker, none ends two.
    proof.holds(deaths >= 1 && deaths <= names.length, `${deaths} workers ended`);

    await writeTools(folder, "repaired");
    await platform.drain();
    await platform.restart();
    await replay(proof, platform, batches[names[0] as Way]);
    for (const way of names) {
      await ended(platform.client, batches[way]);
      const { completed } = (await platform.client.batches.get(batches[way])).counts;
      proof.equals(`${way}: completed after the replay`, completed, rows);
    }
    const left = await platform.client.deadLetters.list();
    proof.equals("letters after the replay", left.items.length, 0);
    const made = existsSync(ledger) ? ((await readJsonLines(ledger)) as Execution[]) : [];
    const keys = new Set(made.map(({ idempotencyKey }) => idempotencyKey));
    proof.equals("effects", keys.size, names.length * rows);
    proof.equals("effects that happened twice", made.length - keys.size, 0);
  },
};

/** The tool that notes its effects, and one whose calls end their process where they are told to. */
async function writeTools(folder: string, state: "broken" | "repaired"): Promise<void> {
  await mkdir(folder, { recursive: true });
  await copyFile(join(toolsFolder, "ledger.ts"), join(folder, "ledger.ts"));
  const acts = names.map((way) => `if (how === "${way}") { ${ways[way].act} }`).join("\n    ");
  await writeFile(
    join(folder, "convert.ts"),
    `import { setTimeout as sleep } from "node:timers/promises";
import { defineTool } from "@flotilla/tools";
import { z } from "zod";

export const convert = defineTool({
  name: "convert",
  description: "Converts a file.",
  input: z.strictObject({ how: z.string() }),
  output: z.string(),
  recovery: "idempotent",
  timeoutMs: 60_000,
  maxAttempts: 3,
  async call({ how }, { signal }) {
    await sleep(200, undefined, { signal });
    ${state === "broken" ? acts : ""}
    return "converted";
  },
});
`,
  );
}

/** A batch for each way; in the middle of it is the row whose call goes that way. */
async function startBatches(client: Client, rows: number): Promise<Record<Way, string>> {
  await client.agents.apply({
    name: "converter",
    model: "simulated/script",
    tools: ["ledger", "convert"],
  });
  const ids = {} as Record<Way, string>;
  for (const way of names) {
    const batch = await client.batches.create({
      name: `files-${way}`,
      agent: "converter",
      template: "{{script}}",
      concurrency: 12,
      start: true,
      rows: Array.from({ length: rows }, (_, index) => ({
        script: script(index === Math.floor(rows / 2) ? way : "well", index),
      })),
    });
    ids[way] = batch.id;
  }
  return ids;
}

function script(how: string, index: number): string {
  const note = { tool: "ledger", input: { expression: String(index) } };
  const convert = { tool: "convert", input: { how } };
  const turns = [{ calls: [note] }, { calls: [convert] }, { text: `row ${index}` }];
  return JSON.stringify({ turns });
}

async function ended(client: Client, batchId: string): Promise<void> {
  const what = `batch ${batchId} to end`;
  await eventually({ what, ...patience }, async () => {
    const { status } = await client.batches.get(batchId);
    return status === "completed" || undefined;
  });
}

async function checkBatch(
  proof: Proof,
  { client }: Platform,
  way: Way,
  batchId: string,
  rows: number,
): Promise<void> {
  await ended(client, batchId);
  proof.tell(`the batch with ${way} has ended`);
  const { completed, failed } = (await client.batches.get(batchId)).counts;
  proof.equals(`${way}: completed`, completed, rows - 1);
  proof.equals(`${way}: failed`, failed, 1);
  const { items } = await client.deadLetters.list({ batchId });
  proof.equals(`${way}: letters`, items.length, 1);
  const [letter] = items;
  if (letter) checkLetter(proof, way, letter, rows);
}

function checkLetter(
  proof: Proof,
  way: Way,
  { cause, row, error }: DeadLetter,
  rows: number,
): void {
  proof.figure(`${way}: error`, error.message);
  proof.equals(`${way}: cause`, cause, "worker_killed");
  proof.equals(`${way}: row`, row, Math.floor(rows / 2) + 1);
  const { tool = null, callId = null, how = null } = error.details ?? {};
  proof.equals(`${way}: tool`, tool, "convert");
  proof.equals(`${way}: call`, callId, "c2-0");
  proof.equals(`${way}: how`, how, ways[way].says);
}

/** One batch's letter by the command line, the others together. */
async function replay(proof: Proof, platform: Platform, batchId: string): Promise<void> {
  const flotilla = (...args: string[]) =>
    runFlotilla(["dead-letters", "replay", ...args, "--url", platform.url]);
  const one = await flotilla("--batch", batchId, "--yes");
  proof.holds(one.code === 0 && one.stdout.includes("1 letter is"), `replay: ${one.stderr}`);
  const others = await platform.client.deadLetters.replayAll({ cause: "worker_killed" });
  proof.equals("letters replayed together", others.count, names.length - 1);
}
