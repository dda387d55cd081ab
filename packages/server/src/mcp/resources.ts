import type {
  ReadResourceResult,
  Resource,
  ResourceTemplateType,
} from "@modelcontextprotocol/server";
import type { Page } from "@flotilla/api";
import { outputText, type Agent, type RunSummary } from "@flotilla/core";
import type { Ask } from "../http/own-request.ts";
import type { TopicRequest } from "@flotilla/api";

const json = "application/json";
const scheme = "flotilla://";
/** Larger artifacts are read over HTTP, which takes ranges. */
const longestArtifact = 4 * 1024 * 1024;

/** What can be read by an address with an id in it. */
export const resourceTemplates: readonly ResourceTemplateType[] = [
  template("agents/{name}", "Agent", "An agent as it is defined, its newest version.", json),
  template("runs/{runId}", "Run", "A run, folded from its events.", json),
  template("runs/{runId}/output", "Output of a run", "What a run came to, as text."),
  template(
    "runs/{runId}/artifacts",
    "Artifacts of a run",
    "What a run has made beside its output.",
    json,
  ),
  template("artifacts/{artifactId}", "Artifact", "The content of an artifact."),
  template("batches/{batchId}", "Batch", "How far a batch is, and what it has cost.", json),
];

function template(path: string, name: string, description: string, mimeType?: string) {
  return { uriTemplate: scheme + path, name, description, ...(mimeType && { mimeType }) };
}

const fixed: readonly Resource[] = [
  {
    uri: `${scheme}inbox`,
    name: "Inbox",
    description: "What runs ask of people, the oldest first.",
    mimeType: json,
  },
];

/** A page of what can be read: the inbox and the agents, then the newest runs. */
export async function listResources(
  ask: Ask,
  cursor: string | undefined,
  agents: () => Promise<readonly string[]>,
): Promise<{ resources: Resource[]; nextCursor?: string }> {
  const from = cursor === undefined ? "" : `&cursor=${encodeURIComponent(cursor)}`;
  const page = await ask<Page<RunSummary>>({ method: "GET", path: `/runs?limit=50${from}` });
  const runs = page.items.map(({ runId, agentName, status }) => ({
    uri: `${scheme}runs/${runId}`,
    name: runId,
    description: `A run of ${agentName}: ${status}.`,
    mimeType: json,
  }));
  const named = cursor === undefined ? await agents() : [];
  const first = cursor === undefined ? [...fixed, ...named.map(agentResource)] : [];
  return {
    resources: [...first, ...runs],
    ...(page.nextCursor !== null && { nextCursor: page.nextCursor }),
  };
}

function agentResource(name: string): Resource {
  return {
    uri: `${scheme}agents/${name}`,
    name,
    description: `The agent ${name}.`,
    mimeType: json,
  };
}

const id = "[0-9a-z]{3}_[0-9a-z]{26}";
const shapes: readonly [RegExp, (ask: Ask, id: string) => Promise<Content>][] = [
  [/^inbox$/, async (ask) => asJson(await ask({ method: "GET", path: "/inbox" }))],
  [
    /^agents\/([a-z0-9-]{1,64})$/,
    async (ask, name) => asJson(await ask<Agent>({ method: "GET", path: `/agents/${name}` })),
  ],
  [
    new RegExp(`^runs/(${id})$`),
    async (ask, runId) => asJson(await ask({ method: "GET", path: `/runs/${runId}` })),
  ],
  [new RegExp(`^runs/(${id})/output$`), readOutput],
  [
    new RegExp(`^runs/(${id})/artifacts$`),
    async (ask, runId) => asJson(await ask({ method: "GET", path: `/runs/${runId}/artifacts` })),
  ],
  [new RegExp(`^artifacts/(${id})$`), readArtifact],
  [
    new RegExp(`^batches/(${id})$`),
    async (ask, batchId) => asJson(await ask({ method: "GET", path: `/batches/${batchId}` })),
  ],
];

type Content = { mimeType: string; text: string } | { mimeType: string; blob: string };

/** The resource of an address of ours. Undefined for any other address; throws what the API says. */
export async function readResource(ask: Ask, uri: string): Promise<ReadResourceResult | undefined> {
  if (!uri.startsWith(scheme)) return undefined;
  const path = uri.slice(scheme.length);
  for (const [shape, read] of shapes) {
    const found = shape.exec(path);
    if (found) return { contents: [{ uri, ...(await read(ask, found[1] ?? "")) }] };
  }
  return undefined;
}

function asJson(value: unknown): Content {
  return { mimeType: json, text: JSON.stringify(value) };
}

async function readOutput(ask: Ask, runId: string): Promise<Content> {
  const path = `/runs/${runId}?fields=runId,status,output,error`;
  const run = await ask<RunSummary>({ method: "GET", path });
  if (run.status === "completed") return { mimeType: "text/plain", text: outputText(run.output) };
  return { mimeType: "text/plain", text: `The run is ${run.status}.` };
}

async function readArtifact(ask: Ask, artifactId: string): Promise<Content> {
  const path = `/artifacts/${artifactId}`;
  const answer = await ask.raw({ method: "GET", path });
  const [mimeType = "application/octet-stream"] = (answer.headers.get("content-type") ?? "").split(
    ";",
  );
  const content = Buffer.from(await answer.arrayBuffer());
  if (content.byteLength > longestArtifact) {
    const text = `It has ${content.byteLength} bytes; read it over HTTP: GET /api/v1${path}, which takes ranges.`;
    return { mimeType: "text/plain", text };
  }
  const isText = /^text\/|json|xml|javascript|yaml|csv/.test(mimeType);
  return isText
    ? { mimeType, text: content.toString("utf8") }
    : { mimeType, blob: content.toString("base64") };
}

/** What is followed to know of changes of a resource; undefined where none are told. */
export function topicOf(uri: string): TopicRequest | undefined {
  const path = uri.startsWith(scheme) ? uri.slice(scheme.length) : "";
  if (path === "inbox") return { topic: "inbox" };
  const [, kind, found] =
    /^(runs|batches)\/([0-9a-z]{3}_[0-9a-z]{26})(?:\/(?:output|artifacts))?$/.exec(path) ?? [];
  if (kind === undefined || found === undefined) return undefined;
  return kind === "runs" ? { topic: "run", id: found } : { topic: "batch", id: found };
}
