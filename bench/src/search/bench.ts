import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text as readText } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { openTools } from "@flotilla/tools";
import { toCount, type Bench } from "../bench.ts";
import { describeMachine, type Machine } from "../machine.ts";
import { writeCorpus } from "./corpus.ts";

type Tools = Awaited<ReturnType<typeof openTools>>;

interface Options {
  files: number;
  documents: number;
  rounds: number;
  json: boolean;
}

interface Compared {
  query: string;
  lines: number;
  toolMs: number;
  rgMs: number;
  ratio: number;
}

/** `files_search` beside ripgrep over the same files, and `web_search` over an index of documents. */
export interface SearchResult {
  at: string;
  machine: Machine;
  files: number;
  compared: Compared[];
  index: {
    documents: number;
    /** Until all of them are in it. */
    buildMs: number;
    queryP50Ms: number;
    queryP95Ms: number;
    /** Where a word stands nowhere, and what is nearly alike is sought. */
    misspeltP50Ms: number;
    bytes: number;
    /** What the process holds more than before. */
    memoryBytes: number;
  };
}

const queries = [
  { name: "a text", input: { text: "REF-1" }, rg: ["-F", "REF-1"] },
  { name: "a text, any case", input: { text: "ref-1", ignoreCase: true }, rg: ["-iF", "ref-1"] },
  { name: "a pattern", input: { text: "REF-\\d+ was", regex: true }, rg: ["REF-\\d+ was"] },
  {
    name: "a pattern without a text in it",
    input: { text: "[A-Z]{3}-[0-9]{4}", regex: true },
    rg: ["[A-Z]{3}-[0-9]{4}"],
  },
];

const words = ["invoice settled", "baceba dicero", "late ref", "gugufo hahadi", "jekiba"];
const misspelt = ["invoise", "setled"];

export const searchBench: Bench<Options, SearchResult> = {
  usage: "npm run bench -- search [--files 2000] [--documents 50000] [--rounds 15] [--json]",
  parse(args) {
    const { values } = parseArgs({
      args,
      options: {
        files: { type: "string", default: "2000" },
        documents: { type: "string", default: "50000" },
        rounds: { type: "string", default: "15" },
        json: { type: "boolean", default: false },
      },
    });
    return {
      files: toCount("--files", values.files, 50),
      documents: toCount("--documents", values.documents, 50),
      rounds: toCount("--rounds", values.rounds, 1),
      json: values.json,
    };
  },
  measure,
  render({ files, compared, index }) {
    const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(0);
    return [
      `${files} files, p50 of each.`,
      "",
      "| | lines | files_search, ms | rg, ms | ratio |",
      "| --- | --- | --- | --- | --- |",
      ...compared.map(
        ({ query, lines, toolMs, rgMs, ratio }) =>
          `| ${query} | ${lines} | ${toolMs.toFixed(1)} | ${rgMs.toFixed(1)} | ${ratio.toFixed(1)} |`,
      ),
      "",
      "| documents | built in, s | query p50, ms | p95, ms | misspelt p50, ms | index, MiB | memory, MiB |",
      "| --- | --- | --- | --- | --- | --- | --- |",
      `| ${index.documents} | ${(index.buildMs / 1_000).toFixed(1)} | ${index.queryP50Ms.toFixed(1)} | ${index.queryP95Ms.toFixed(1)} | ${index.misspeltP50Ms.toFixed(1)} | ${mebibytes(index.bytes)} | ${mebibytes(index.memoryBytes)} |`,
    ].join("\n");
  },
};

async function measure({ files, documents, rounds }: Options): Promise<SearchResult> {
  const folder = await mkdtemp(join(tmpdir(), "flotilla-bench-"));
  try {
    return {
      at: new Date().toISOString(),
      machine: describeMachine("none"),
      files,
      compared: await compare(join(folder, "workspace"), files, rounds),
      index: await measureIndex(
        join(folder, "documents"),
        join(folder, "index.sqlite"),
        documents,
        rounds,
      ),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function compare(workspace: string, files: number, rounds: number): Promise<Compared[]> {
  await mkdir(workspace);
  await writeCorpus(workspace, files, 100);
  const tools = await openTools();
  const compared: Compared[] = [];
  for (const { name, input, rg } of queries) {
    const search = () => call(tools, "files_search", { ...input, limit: 500 }, workspace);
    const ripgrep = () => runRipgrep(rg, workspace);
    const { matches } = (await search()) as { matches: unknown[] };
    const lines = await ripgrep();
    if (matches.length !== lines) {
      throw new Error(`${name}: files_search finds ${matches.length} lines, rg ${lines}`);
    }
    const took: { tool: number[]; rg: number[] } = { tool: [], rg: [] };
    for (let round = 0; round < rounds; round++) {
      took.tool.push(await timed(search));
      took.rg.push(await timed(ripgrep));
    }
    const [toolMs, rgMs] = [at(took.tool, 0.5), at(took.rg, 0.5)];
    compared.push({ query: name, lines, toolMs, rgMs, ratio: toolMs / rgMs });
  }
  return compared;
}

async function measureIndex(
  folder: string,
  file: string,
  documents: number,
  rounds: number,
): Promise<SearchResult["index"]> {
  await mkdir(folder);
  await writeCorpus(folder, documents, 10);
  const before = process.memoryUsage.rss();
  const tools = await openTools({ settings: { searchFolders: [folder], searchIndex: file } });
  const find = (query: string) => call(tools, "web_search", { query, in: "files" }, folder);
  const began = performance.now();
  while (((await find("invoice")) as { note?: string }).note !== undefined);
  const buildMs = performance.now() - began;
  const took: number[] = [];
  const tookMisspelt: number[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const query of words) took.push(await timed(() => find(query)));
    for (const query of misspelt) tookMisspelt.push(await timed(() => find(query)));
  }
  return {
    ...{ documents, buildMs },
    ...{ queryP50Ms: at(took, 0.5), queryP95Ms: at(took, 0.95) },
    misspeltP50Ms: at(tookMisspelt, 0.5),
    bytes: (await stat(file)).size,
    memoryBytes: process.memoryUsage.rss() - before,
  };
}

/** As a run would call it that has nothing but its workspace. */
function call(tools: Tools, name: string, input: object, workspace: string): Promise<unknown> {
  const context = {
    ...{ runId: "run_bench", callId: "c1-0", idempotencyKey: "run_bench:c1-0", attempt: 1 },
    signal: new AbortController().signal,
    workspace: async () => workspace,
    clock: { now: Date.now, sleep: () => Promise.resolve() },
    label: () => undefined,
    fileLabels: { of: async () => [], all: async () => new Map(), keep: async () => undefined },
    connection: () => Promise.reject(new Error("there is no connection")),
  };
  type Call = Parameters<Tools["call"]>;
  return tools.call(name, input as Call[1], context as unknown as Call[2]);
}

async function runRipgrep(args: string[], folder: string): Promise<number> {
  const rg = spawn("rg", ["--no-config", "--no-heading", "-n", ...args, folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const found = await readText(rg.stdout);
  return found.split("\n").length - 1;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

function at(took: number[], share: number): number {
  const sorted = took.toSorted((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
}
