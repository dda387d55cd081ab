import { problemSchema } from "@flotilla/api";
import fc from "fast-check";
import { startPlatform, type Platform } from "../../platform.ts";
import { applyAgent } from "../batch.ts";
import type { Claim } from "../claim.ts";
import { fuzzRequests, type ApiDocument, type FuzzRequest } from "./fuzz-requests.ts";
import { RawClient, type RawAnswer } from "./send-raw.ts";

const connections = 12;
const requestsPerRound = 500;
const patienceMs = 30_000;
/** Of each kind of failure. */
const examples = 2;

/**
 * Requests made from the OpenAPI document, from valid to hostile, to every operation: no answer is the
 * server's fault, none fails to come, and every refusal is a problem that says what to do.
 */
export const fuzz: Claim = {
  name: "fuzz",
  async prove(proof) {
    const wanted = proof.scale.name === "full" ? 20_000 : 1_000;
    const platform = await startPlatform({ workers: 0 });
    proof.finally(() => platform.stop());
    const answer = await fetch(`${platform.url}/openapi.json`);
    const document = (await answer.json()) as ApiDocument;
    const known = await furnish(platform);
    const client = new RawClient(platform.url, connections);
    proof.finally(() => Promise.resolve(client.close()));

    const statuses: Record<string, number> = {};
    const reached = new Set<string>();
    const failures = new Map<string, string[]>();
    let slowestMs = 0;
    for (let sent = 0; sent < wanted; sent += requestsPerRound) {
      const seed = Math.floor(proof.random() * 2 ** 31);
      const numRuns = Math.min(requestsPerRound, wanted - sent);
      const requests = fc.sample(fuzzRequests(document, known), { numRuns, seed });
      await eachOf(requests, async (request) => {
        const began = performance.now();
        const got = await client.send(request, patienceMs).catch((error: Error) => error);
        slowestMs = Math.max(slowestMs, performance.now() - began);
        const kind = got instanceof Error ? got.message : wrongWith(request, got);
        if (kind !== undefined) note(failures, request, got, kind);
        if (got instanceof Error) return;
        statuses[got.status] = (statuses[got.status] ?? 0) + 1;
        if (got.status < 300) reached.add(request.operation);
        remember(known, got.body);
      });
      proof.tell(`${sent + numRuns} requests, ${failures.size} kinds of failure`);
    }
    proof.figure("requests", wanted);
    proof.figure("statuses", statuses);
    proof.figure("operations", operationsOf(document));
    proof.figure("operationsThatDidSomething", reached.size);
    proof.figure("slowestMs", Math.round(slowestMs));
    for (const [kind, lines] of failures) proof.holds(false, `${kind}: ${lines.join(" | ")}`);
    const { status } = await fetch(`${platform.url}/readyz`);
    proof.equals("readyAfterwards", status, 200);
  },
};

/** Something to be asked for: an agent, a run, a batch with rows, a budget. */
async function furnish(platform: Platform): Promise<Map<string, string[]>> {
  await applyAgent(platform, { name: "fuzzed", model: "simulated/demo" });
  const { client } = platform;
  const run = await client.runs.start({ agent: "fuzzed", input: { text: "6 * 7" } });
  const rows = [{ question: "6 * 7" }, { question: "7 * 8" }];
  const draft = await client.batches.create({
    name: "fuzzed",
    agent: "fuzzed",
    template: "{{question}}",
    rows,
  });
  const budget = await client.budgets.set({ level: "agent", name: "fuzzed", limitUsd: 5 });
  return new Map([
    ["run", [run.runId]],
    ["bat", [draft.id]],
    ["bud", [budget.id]],
    ["name", ["fuzzed"]],
    ["agent", ["fuzzed"]],
  ]);
}

/** What else there is now, so that later requests find it. */
function remember(known: Map<string, string[]>, body: string): void {
  for (const [id, prefix = ""] of body.matchAll(/\b([a-z]{3})_[0-9a-z]{26}\b/g)) {
    if (prefix === "req") continue;
    const ids = known.get(prefix) ?? [];
    if (!ids.includes(id)) known.set(prefix, [...ids, id].slice(-20));
  }
}

/** What is wrong with an answer; undefined: nothing. */
function wrongWith(
  { method, path }: FuzzRequest,
  { status, contentType, body }: RawAnswer,
): string | undefined {
  if (status >= 500) return `answered ${status}`;
  if (status < 400) return undefined;
  // What is no request at all was refused before anybody could see what it asks for.
  if (method === "HEAD" && /^application\/(problem\+)?json$/.test(contentType)) return undefined;
  const isOpenAi = path.startsWith("/v1/") && contentType === "application/json";
  if (isOpenAi) return wrongWithOpenAi(status, body);
  if (contentType !== "application/problem+json") return `${status} is ${contentType || "nothing"}`;
  const problem = problemSchema.safeParse(tryParse(body));
  if (!problem.success) return `${status} is no problem`;
  if (problem.data.status !== status) return `${status} says ${problem.data.status}`;
  if (problem.data.remedy === "") return `${status} has no remedy`;
  return /\n\s+at /.test(problem.data.detail) ? "a stack is told" : undefined;
}

/** Where OpenAI's API is spoken, errors have its shape, with the remedy in their message. */
function wrongWithOpenAi(status: number, body: string): string | undefined {
  const { error } = (tryParse(body) ?? {}) as { error?: { message?: unknown; type?: unknown } };
  const isShaped = typeof error?.message === "string" && typeof error.type === "string";
  return isShaped ? undefined : `${status} is no error of OpenAI's API`;
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function note(
  failures: Map<string, string[]>,
  request: FuzzRequest,
  got: RawAnswer | Error,
  kind: string,
): void {
  const name = `${request.operation} ${kind}`;
  const lines = failures.get(name) ?? [];
  if (lines.length >= examples) return;
  const { method, path, headers, body } = request;
  const asked = `${method} ${path.slice(0, 300)} ${JSON.stringify(headers).slice(0, 300)} ${JSON.stringify(body?.toString().slice(0, 500))}`;
  failures.set(name, [
    ...lines,
    `${asked} → ${got instanceof Error ? got.message : got.body.slice(0, 300)}`,
  ]);
}

async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const open = [...items];
  const lane = async () => {
    for (let item = open.shift(); item !== undefined; item = open.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: connections }, lane));
}

function operationsOf({ paths }: ApiDocument): number {
  return Object.values(paths).reduce((sum, item) => sum + Object.keys(item).length, 0);
}
