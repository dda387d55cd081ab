import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { repository, runFlotilla } from "../../command.ts";
import { startPlatform, type Platform } from "../../platform.ts";
import { applyAgent, command } from "../batch.ts";
import type { ToolCalled } from "@flotilla/api";
import type { Claim, Proof } from "../claim.ts";
import { eventually } from "../eventually.ts";
import { libraryCalls, openLibrary, ownDocument } from "./openapi.ts";
import { brokenFiles } from "./broken-files.ts";

const toolFile = `
import { defineTool } from "@flotilla/tools";
import { z } from "zod";

export const tool = defineTool({
  name: "shelf_weight",
  description: "What a shelf of books weighs, in grams.",
  input: z.strictObject({ books: z.int().min(0).max(500) }),
  output: z.strictObject({ grams: z.int() }),
  risk: "read",
  recovery: "idempotent",
  timeoutMs: 2_000,
  maxAttempts: 1,
  rateLimit: { calls: 100, perSeconds: 1 },
  examples: [{ input: { books: 2 }, output: { grams: 830 }, runs: true }],
  call: ({ books }) => ({ grams: books * 415 }),
});
`;

/**
 * A tool is one file in a folder: it is checked without a platform, the platform starts with it and tells its contract,
 * people call it by hand and an agent's run calls it. Documents of HTTP APIs
 * become tools, that of the platform itself too. A file that is wrong stops the start, with its name and what is to be done.
 */
export const sdk: Claim = {
  name: "sdk",
  async prove(proof) {
    const folder = join(proof.folder, "tools");
    await mkdir(folder);
    await writeFile(join(folder, "shelf-weight.ts"), toolFile);
    const [file, text] = await guideTool();
    await writeFile(join(folder, file), text);
    const checked = await runFlotilla(["tool", "check", folder]);
    proof.holds(
      checked.code === 0,
      `the check of the tool says ${checked.stdout}${checked.stderr}`,
    );
    const library = await openLibrary(proof);
    const openapi = [{ document: library.url, prefix: "library" }];
    const platform = await startPlatform({
      env: {
        FLOTILLA_TOOLS: JSON.stringify({ folder, openapi }),
        FLOTILLA_HTTP_ALLOW: library.host,
      },
    });
    proof.finally(() => platform.stop());
    await isListed(proof, platform);
    await byHand(proof, platform);
    await isCalled(proof, platform);
    await libraryCalls(proof, platform, library);
    await ownDocument(proof, platform, folder);
    await brokenFiles(proof, toolFile);
  },
};

async function isListed(proof: Proof, platform: Platform): Promise<void> {
  const { stdout } = await command(platform, "tool", "show", "shelf_weight", "--json");
  const shown = JSON.parse(stdout) as { rateLimit?: object; examples?: unknown[] };
  proof.equals("examples shown", shown.examples?.length ?? 0, 1);
  proof.holds(shown.rateLimit !== undefined, "the tool's rate limit is not told");
}

/** The file of the tool-developer guide: its name and text. */
async function guideTool(): Promise<[string, string]> {
  const page = await readFile(join(repository, "docs/tool-guide.md"), "utf8");
  const [, name, text] = /```ts tool=(\S+)\n(.*?)```/s.exec(page) ?? [];
  if (!name || !text) throw new Error("The guide has no tool file.");
  return [name, text];
}

/** By a person: from the command line, and over HTTP, where a key makes it one call. */
async function byHand(proof: Proof, platform: Platform): Promise<void> {
  const { stdout } = await command(platform, "tool", "call", "shelf_weight", "books=3", "--json");
  const called = JSON.parse(stdout) as ToolCalled;
  proof.equals("result by hand", JSON.stringify(called.output), '{"grams":1245}');
  const post = (input: object) =>
    fetch(`${platform.url}/api/v1/tools/shelf_weight/calls`, {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": "shelf" },
      body: JSON.stringify({ input }),
    });
  const answers = [await post({ books: 4 }), await post({ books: 4 })];
  const [first, again] = await Promise.all(answers.map(async (one) => one.text()));
  proof.holds(first === again, `the same key gave ${first} and ${again}`);
  const wrong = await runFlotilla([
    ...["tool", "call", "shelf_weight", "books=-1", "--url", platform.url],
  ]);
  const isClear = wrong.code === 1 && /books/.test(wrong.stderr) && !/^\s+at /m.test(wrong.stderr);
  proof.holds(isClear, `a wrong input was answered with ${wrong.code}: ${wrong.stderr}`);
}

/** By a run of an agent whose model asks for it. */
async function isCalled(proof: Proof, platform: Platform): Promise<void> {
  const turns = [
    {
      calls: [
        { tool: "shelf_weight", input: { books: 12 } },
        { tool: "shipping_quote", input: { grams: 4_980, zone: "europe" } },
      ],
    },
    { text: "They weigh {{result}} grams." },
  ];
  await applyAgent(platform, {
    name: "librarian",
    model: "simulated/script",
    instructions: JSON.stringify({ turns }),
    tools: ["shelf_weight", "shipping_quote"],
  });
  const { runId } = await platform.client.runs.start({
    agent: "librarian",
    input: { text: "How heavy are twelve books?" },
  });
  const patience = { what: "the librarian's run to complete", timeoutMs: 60_000 };
  await eventually(patience, async () => {
    const { status } = await platform.client.runs.get(runId);
    return status === "completed" || undefined;
  });
  const { items } = await platform.client.runs.events(runId, { limit: 100 });
  const results = items.flatMap((event) =>
    event.type === "effect.done" ? [JSON.stringify(event.output)] : [],
  );
  const expected = '{"cents":2290,"days":4} {"grams":4980}';
  proof.equals("results in the run", results.toSorted().join(" "), expected);
}
