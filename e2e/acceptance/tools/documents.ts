import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { EventOf } from "@flotilla/core";
import { convert, soffice } from "../../../packages/tools/test/soffice.ts";
import { startPlatform, type Platform } from "../../platform.ts";
import { applyAgent } from "../batch.ts";
import type { Claim, Proof } from "../claim.ts";
import { eventually } from "../eventually.ts";
import { hostile, writeHostile, writeKnown } from "./document-files.ts";

/** Puts a file into the run's workspace, as a download does. */
const toolFile = `
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { defineTool } from "@flotilla/tools";
import { z } from "zod";

export const deliver = defineTool({
  name: "deliver",
  description: "Delivers a document.",
  input: z.strictObject({ name: z.string() }),
  output: z.strictObject({ name: z.string() }),
  risk: "read",
  recovery: "idempotent",
  timeoutMs: 10_000,
  maxAttempts: 1,
  async call({ name }, context) {
    await copyFile(join(process.env.E2E_DOCUMENTS, name), join(await context.workspace(), name));
    return { name };
  },
});
`;

/**
 * Documents that LibreOffice wrote are read by runs as their sources say; what runs write is read by LibreOffice, and comes over
 * HTTP as an artifact; documents that are made to do harm are refused, and the worker that read them goes on.
 */
export const documents: Claim = {
  name: "documents",
  async prove(proof) {
    if (soffice.missing && proof.scale.name === "small") {
      return proof.figure("passed over without", soffice.missing);
    }
    if (soffice.missing) throw new Error(`This needs ${soffice.missing}.`);
    const folder = join(proof.folder, "documents");
    const tools = join(proof.folder, "tools");
    await mkdir(tools);
    await writeFile(join(tools, "deliver.ts"), toolFile);
    const known = await writeKnown(proof, folder);
    await writeHostile(folder);
    const env = { FLOTILLA_TOOLS: tools, E2E_DOCUMENTS: folder };
    const platform = await startPlatform({ env });
    proof.finally(() => platform.stop());
    await areRead(proof, platform, known);
    await areWritten(proof, platform);
    await areRefused(proof, platform);
  },
};

interface Call {
  tool: string;
  input: object;
}

interface Made {
  runId: string;
  /** In the order of the calls. */
  ends: (EventOf<"effect.done"> | EventOf<"effect.failed">)[];
}

/** A run whose model asks for these calls, one step after the other. */
async function runCalls(platform: Platform, agent: string, steps: Call[][]): Promise<Made> {
  const turns = [...steps.map((calls) => ({ calls })), { text: "Done." }];
  await applyAgent(platform, {
    name: agent,
    model: "simulated/script",
    instructions: JSON.stringify({ turns }),
    tools: ["deliver", "document_read", "document_write", "chart_render"],
  });
  const { runId } = await platform.client.runs.start({ agent, input: { text: "go" } });
  await eventually({ what: `the run of ${agent} to complete`, timeoutMs: 180_000 }, async () => {
    const { status } = await platform.client.runs.get(runId);
    if (["failed", "cancelled"].includes(status)) throw new Error(`the run is ${status}`);
    return status === "completed" || undefined;
  });
  const { items } = await platform.client.runs.events(runId, { limit: 1_000 });
  const intents = items.filter((event) => event.type === "effect.intended");
  const ends = intents.flatMap(({ callId }) => {
    const end = items.findLast(
      (event) =>
        (event.type === "effect.done" || event.type === "effect.failed") && event.callId === callId,
    );
    return end ? [end as Made["ends"][number]] : [];
  });
  return { runId, ends };
}

async function areRead(
  proof: Proof,
  platform: Platform,
  known: readonly { name: string; text: string }[],
): Promise<void> {
  const names = known.map(({ name }) => name);
  const { ends } = await runCalls(platform, "reader", [
    names.map((name) => ({ tool: "deliver", input: { name } })),
    names.map((path) => ({ tool: "document_read", input: { path } })),
  ]);
  const equal = known.filter(({ name, text }, at) => {
    const end = ends[names.length + at];
    const read = end?.type === "effect.done" ? (end.output as { text?: string }).text : undefined;
    proof.holds(read === text, `${name} was read as ${read ?? JSON.stringify(end)}`);
    return read === text;
  });
  proof.equals("documents of LibreOffice read as their sources", equal.length, known.length);
}

const report = `# Report

All **well** in Łódź, says Ελένη.

| City | Amount |
| --- | --- |
| Кишинёв | 1,234.50 |

- one
- two`;
const reportLines = [
  ...["Report", "All well in Łódź, says Ελένη.", "City", "Amount", "Кишинёв", "1,234.50"],
  ...["• one", "• two"],
];

async function areWritten(proof: Proof, platform: Platform): Promise<void> {
  const rows = [
    ["City", "Amount"],
    ["Łódź", 12.5],
    ["Sum", { formula: "=B2*2" }],
  ];
  const data = [
    { month: "Jan", amount: 3 },
    { month: "Feb", amount: 5 },
  ];
  const { runId, ends } = await runCalls(platform, "writer", [
    [
      { tool: "document_write", input: { path: "a.docx", markdown: report } },
      { tool: "document_write", input: { path: "a.pdf", markdown: report } },
      { tool: "document_write", input: { path: "a.xlsx", sheets: [{ name: "S", rows }] } },
      { tool: "document_write", input: { path: "a.csv", rows: [["a", "=1+1"]] } },
      { tool: "chart_render", input: { kind: "bar", data, x: "month", y: "amount" } },
    ],
    [{ tool: "document_read", input: { path: "a.pdf" } }],
  ]);
  const failed = ends.filter(({ type }) => type === "effect.failed");
  proof.holds(failed.length === 0, `writing failed: ${JSON.stringify(failed)}`);
  const { items } = await platform.client.artifacts.list(runId);
  const content = async (name: string) => {
    const artifact = items.find((one) => one.name === name);
    if (!artifact) throw new Error(`The run has no artifact ${name}.`);
    const response = await platform.client.artifacts.get(artifact.id);
    return Buffer.from(await response.arrayBuffer());
  };
  const text = await convert("a.docx", await content("a.docx"), "txt:Text (encoded):UTF8");
  const lines = linesOf(text);
  proof.holds(
    JSON.stringify(lines) === JSON.stringify(reportLines),
    `LibreOffice reads the DOCX as ${JSON.stringify(lines)}`,
  );
  const asShown = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true";
  const csv = linesOf(await convert("a.xlsx", await content("a.xlsx"), asShown));
  proof.equals("the XLSX as LibreOffice reckons it", csv.join("|"), "City,Amount|Łódź,12.5|Sum,25");
  proof.equals("a formula in CSV", linesOf(await content("a.csv")).join("|"), "a,'=1+1");
  const last = ends.at(-1);
  const pdf = last?.type === "effect.done" ? (last.output as { text?: string }).text : "";
  proof.equals("the PDF as it is read", pdf ?? "", `<!-- page 1 -->\n\n${report}\n\n1 / 1`);
  const png = await content("chart.png");
  proof.holds(png.subarray(1, 4).toString() === "PNG", "the chart's PNG is none");
  proof.holds(String(await content("chart.svg")).startsWith("<svg"), "the chart's SVG is none");
}

function linesOf(text: Buffer): string[] {
  const lines = text
    .toString()
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/);
  return lines.map((line) => line.trim()).filter(Boolean);
}

async function areRefused(proof: Proof, platform: Platform): Promise<void> {
  const names = Object.keys(hostile);
  const before = platform.workerPids().join(" ");
  const { ends } = await runCalls(platform, "victim", [
    names.map((name) => ({ tool: "deliver", input: { name } })),
    names.map((path) => ({ tool: "document_read", input: { path } })),
    [{ tool: "deliver", input: { name: "minutes.eml" } }],
    [{ tool: "document_read", input: { path: "minutes.eml" } }],
  ]);
  const refused = names.filter((name, at) => {
    const end = ends[names.length + at];
    const message = end?.type === "effect.failed" ? end.error.message : JSON.stringify(end);
    const isRefused =
      end?.type === "effect.failed" && hostile[name]?.refusal.test(message) === true;
    proof.holds(isRefused, `${name} was answered with ${message}`);
    return isRefused;
  });
  proof.equals("hostile documents refused", refused.length, names.length);
  proof.holds(ends.at(-1)?.type === "effect.done", "a document after them was not read");
  proof.equals("workers that live on", platform.workerPids().join(" ") === before, true);
}
