import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { runInNewContext } from "node:vm";
import type { Json } from "@flotilla/core";
import {
  entityBomb,
  externalEntity,
  zipBomb,
} from "../../../packages/tools/test/hostile-documents.ts";
import { zipOf } from "../../../packages/tools/test/zip.ts";
import { runFlotilla } from "../../command.ts";
import { startPlatform, type Platform } from "../../platform.ts";
import { applyAgent } from "../batch.ts";
import type { Claim, Proof } from "../claim.ts";
import { eventually } from "../eventually.ts";

const SECRET = "the secret beside the workspaces";
const patience = { timeoutMs: 60_000 };

/** What an attacker has brought into a workspace, and what tells whether it did anything. */
const toolFile = `
import { cp, symlink, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { defineTool } from "@flotilla/tools";
import { z } from "zod";
const common = { output: z.json(), risk: "read", recovery: "idempotent", timeoutMs: 10_000, maxAttempts: 1 };
export const plant = defineTool({
  ...common, name: "plant", description: "Brings files.", input: z.strictObject({}),
  async call(_input, context) {
    const root = await context.workspace();
    await cp(process.env.E2E_PLANT, root, { recursive: true });
    await symlink("../../secret", join(root, "link"));
    await symlink("../..", join(root, "folder-link"));
    await mkdir(join(root, "dir"), { recursive: true });
    await symlink("/proc/self/root", join(root, "dir", "root"));
    return root;
  },
});
export const echo = defineTool({
  ...common, name: "echo", description: "Says it.", input: z.object({ value: z.json() }),
  call: ({ value }) => ({ value, polluted: String({}.polluted), keys: Object.keys(Object.prototype) }),
});
`;

/**
 * Old attacks by what a model or a file says: paths and links that lead out, archives and documents that grow, patterns that take for
 * ever, keys that change every object, text that looks like a template. All are refused or do nothing; of each a control shows that
 * it works where nobody refuses it.
 */
export const refusals: Claim = {
  name: "refusals",
  async prove(proof) {
    const tools = join(proof.folder, "tools");
    const plant = join(proof.folder, "plant");
    await mkdir(tools);
    await mkdir(plant);
    await writeFile(join(tools, "attacker.ts"), toolFile);
    await writePlant(plant);
    const platform = await startPlatform({ env: { FLOTILLA_TOOLS: tools, E2E_PLANT: plant } });
    proof.finally(() => platform.stop());
    await writeFile(join(platform.home, "secret"), SECRET);
    await paths(proof, platform);
    await documents(proof, platform);
    await patterns(proof, platform);
    await prototypes(proof, platform);
    await templates(proof, platform);
  },
};

async function writePlant(folder: string): Promise<void> {
  const slip = ["../../escaped", "/tmp/escaped", "..\\..\\escaped", "a/../../../escaped"];
  const files = {
    "bomb.docx": zipBomb(),
    "entities.docx": entityBomb(),
    "external.docx": externalEntity(),
    "slip.docx": zipOf([
      { name: "[Content_Types].xml", content: "<Types/>" },
      ...slip.map((name) => ({ name, content: "out" })),
      { name: "word/document.xml", content: "<w:document xmlns:w='w'><w:body/></w:document>" },
    ]),
    "letters.txt": `${"a".repeat(50_000)}!\n`,
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
}

interface Call {
  tool: string;
  input: Json;
}

interface Outcome {
  output?: Json;
  code?: string;
  message?: string;
}

/** What became of the calls of a run, in order, after the workspace was planted; and its id. */
async function play(platform: Platform, name: string, calls: Call[]) {
  const turns = [{ calls: [{ tool: "plant", input: {} }] }, { calls }, { text: "end" }];
  await applyAgent(platform, {
    name,
    model: "simulated/script",
    instructions: JSON.stringify({ turns }),
    tools: [...new Set(["plant", ...calls.map(({ tool }) => tool)])],
    recovery: { toolTries: 100 },
  });
  const { runId } = await platform.client.runs.start({ agent: name, input: { text: "go" } });
  await eventually({ what: `the run of ${name}`, ...patience }, async () => {
    const { status } = await platform.client.runs.get(runId);
    return status === "completed" || undefined;
  });
  const { items } = await platform.client.runs.events(runId, { limit: 500 });
  const outcomes = new Map<string, Outcome>();
  for (const event of items) {
    if (event.type === "effect.done") outcomes.set(event.callId, { output: event.output ?? null });
    if (event.type === "effect.failed") outcomes.set(event.callId, event.error);
  }
  return { runId, outcomes: calls.map((_, index) => outcomes.get(`c2-${index}`) ?? {}) };
}

/** Out of the workspace by names and by links. */
async function paths(proof: Proof, platform: Platform): Promise<void> {
  const leading = [
    ...["../../secret", "dir/../../../secret", "link", "folder-link/secret", "/etc/passwd"],
    ...["dir/root/etc/passwd", "./../../secret", "..//..//secret", "dir/root/proc/self/environ"],
  ];
  const patch = (path: string) => `--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n-${SECRET}\n+gone\n`;
  const calls = leading.flatMap((path): Call[] => [
    { tool: "files_read", input: { path } },
    { tool: "files_write", input: { path, content: "overwritten" } },
    { tool: "files_edit", input: { path, find: "secret", replace: "public" } },
    { tool: "files_patch", input: { patch: patch(path) } },
    { tool: "files_copy", input: { from: path, to: "copied" } },
    { tool: "files_move", input: { from: path, to: "moved" } },
    { tool: "document_read", input: { path } },
  ]);
  const { runId, outcomes } = await play(platform, "climber", calls);
  const refused = outcomes.filter(({ code }) => code === "tool_forbidden");
  proof.equals("paths refused", refused.length, calls.length);
  proof.holds(!JSON.stringify(outcomes).includes(SECRET), "the secret was told");
  const workspace = join(platform.home, "workspaces", runId);
  const reached = await Promise.all(
    ["../../secret", "link", "folder-link/secret"].map((path) =>
      readFile(`${workspace}/${path}`, "utf8"),
    ),
  );
  proof.holds(
    reached.every((text) => text === SECRET),
    "control: the paths do not lead to the secret, or it was changed",
  );
}

/** Archives and XML that grow, and that name files elsewhere. */
async function documents(proof: Proof, platform: Platform): Promise<void> {
  const names = ["bomb.docx", "entities.docx", "external.docx", "slip.docx"];
  const calls = names.map((path) => ({ tool: "document_read", input: { path } }));
  const { outcomes } = await play(platform, "reader", calls);
  const [bomb, entities] = outcomes;
  proof.equals("bombs refused", [bomb, entities].filter((one) => one?.code).length, 2);
  const told = JSON.stringify(outcomes);
  proof.holds(!/root:|haha/.test(told), `documents told ${told.slice(0, 300)}`);
  const around = [platform.home, join(platform.home, "workspaces"), "/tmp"];
  const found = (await Promise.all(around.map((folder) => readdir(folder)))).flat();
  proof.equals("files that came out", found.filter((name) => name.includes("escaped")).length, 0);
  proof.holds(zipBomb().length < 400_000, "control: the bomb is not small");
}

/** Patterns that a backtracking engine never ends with. */
async function patterns(proof: Proof, platform: Platform): Promise<void> {
  const evil = ["(a+)+$", "(a|a)*b", "^(a|aa)+$", "(.*a){20}b", "^(\\w+\\s?)*$"];
  const calls = evil.map((text) => ({ tool: "files_search", input: { text, regex: true } }));
  const begun = performance.now();
  const { outcomes } = await play(platform, "searcher", calls);
  const ended = outcomes.filter(({ output }) => output !== undefined).length;
  proof.equals("patterns that came to an end", ended, evil.length);
  proof.atMost("seconds for them", Math.round((performance.now() - begun) / 1_000), 20);
  const script = `/(a+)+$/.test("a".repeat(50000) + "!")`;
  const control = promisify(execFile)(process.execPath, ["--eval", script], { timeout: 2_000 });
  const isEndless = await control.then(
    () => false,
    (error: { killed?: boolean }) => error.killed === true,
  );
  proof.holds(isEndless, "control: the pattern ends without RE2 too");
}

const evilKeys = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"a":1}';

/** Keys that would change every object: in calls, JSON, YAML and CSV. */
async function prototypes(proof: Proof, platform: Platform): Promise<void> {
  const merge = `
    const merge = (to, from) => {
      for (const key of Object.keys(from)) {
        if (typeof from[key] === "object") merge(to[key] ??= {}, from[key]);
        else to[key] = from[key];
      }
      return to;
    };
    merge({}, JSON.parse(text));
    String({}.polluted)`;
  const control: unknown = runInNewContext(merge, { text: evilKeys });
  proof.equals("control: polluted by a naive merge", String(control), "1");
  // As text: an object literal would set the prototype of the call itself.
  const turns = `{"turns":[{"calls":[{"tool":"echo","input":{"value":${evilKeys},"__proto__":{"polluted":1}}}]},{"calls":[{"tool":"echo","input":{"value":0}}]},{"text":"end"}]}`;
  const agent = `{"name":"polluter","model":"simulated/script","tools":["echo"],"instructions":${JSON.stringify(turns)}}`;
  const put = (body: string) =>
    fetch(`${platform.url}/api/v1/agents/polluter`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body,
    });
  const refused = await put(agent.replace("{", `{"__proto__":{"polluted":1},`));
  proof.equals("a body with __proto__", refused.status, 400);
  await put(agent);
  const start = { agent: "polluter", input: { text: "go" } };
  const { runId } = await platform.client.runs.start(start);
  await eventually({ what: "the polluter's run", ...patience }, async () => {
    const { status } = await platform.client.runs.get(runId);
    return status === "completed" || undefined;
  });
  await byFiles(proof, platform);
  const { items } = await platform.client.runs.events(runId, { limit: 100 });
  const probes = items.flatMap((event) => (event.type === "effect.done" ? [event.output] : []));
  const last = probes.at(-1) as { polluted?: string; keys?: string[] } | undefined;
  proof.equals("polluted", last?.polluted ?? "", "undefined");
  proof.equals("keys of every object", last?.keys?.length ?? -1, 0);
  const shown = await (await fetch(`${platform.url}/api/v1/agents/polluter`)).text();
  proof.holds(!shown.includes('polluted":1,"id'), "the server's objects are polluted");
}

async function byFiles(proof: Proof, platform: Platform): Promise<void> {
  const yaml = join(proof.folder, "polluter.yaml");
  await writeFile(yaml, "name: yaml\nmodel: simulated/script\n__proto__:\n  polluted: 1\n");
  const applied = await runFlotilla(["agent", "apply", "-f", yaml, "--url", platform.url]);
  proof.holds(applied.code !== 0, "a YAML agent with __proto__ was taken");
  const csv = join(proof.folder, "rows.csv");
  await writeFile(csv, "question,__proto__,constructor\nhello,polluted,polluted\n");
  await applyAgent(platform, {
    name: "rows",
    model: "simulated/script",
    instructions: '{"turns":[{"text":"end"}]}',
  });
  const args = ["batch", "run", "rows", csv, "--template", "{{question}}", "--url", platform.url];
  await runFlotilla(args);
}

/** Text that looks like a template stays text. */
async function templates(proof: Proof, platform: Platform): Promise<void> {
  const question =
    '{{answer}} ${7*7} #{7*7} <%= 7*7 %> {{credential:github}} {{constructor.constructor("return 1")()}} $& $1';
  const rows = join(proof.folder, "rows.jsonl");
  await writeFile(rows, `${JSON.stringify({ question, answer: "filled in twice" })}\n`);
  const { stdout } = await runFlotilla([
    ...["batch", "run", "rows", rows, "--template", "Q: {{question}}", "--detach", "--json"],
    ...["--url", platform.url],
  ]);
  const { id } = JSON.parse(stdout) as { id: string };
  const text = await eventually({ what: "the batch's run", ...patience }, async () => {
    const { items } = await platform.client.runs.list({ batchId: id });
    const run = items[0] && (await platform.client.runs.events(items[0].runId, { limit: 5 }));
    const created = run?.items.find((event) => event.type === "run.created");
    return created?.type === "run.created" ? JSON.stringify(created.input) : undefined;
  });
  proof.equals("a row as it reached its run", text, JSON.stringify({ text: `Q: ${question}` }));
  const naive = "{{question}}"
    .replaceAll(/\{\{(\w+)\}\}/g, () => "{{answer}}")
    .replaceAll(/\{\{(\w+)\}\}/g, "filled in twice");
  proof.equals("control: filled in again and again", naive, "filled in twice");
}
