import type { Client } from "@flotilla/api";
import type { RunStatus } from "@flotilla/core";
import { eventually } from "../acceptance/eventually.ts";
import type { Platform } from "../platform.ts";
import type { Member } from "../web/members.ts";
import { invoices, questions, tickets } from "./book.ts";

export interface FurnishedSize {
  /** Rows of the batch that ends. */
  invoices: number;
  /** Rows of the batch that goes on for as long as anybody looks: about one a second. */
  tickets: number;
}

/** What there is to look at. */
export interface Work {
  runs: {
    refunded: string;
    asking: string;
    researched: string;
    planning: string;
    reported: string;
    failed: string;
    forked: string;
  };
  threadId: string;
  endedBatch: string;
  runningBatch: string;
  /** Of the run that made the report, by their names. */
  artifacts: ReadonlyMap<string, string>;
  /** A group of dead letters. */
  deadLetterGroup: string;
}

interface Setting {
  platform: Platform;
  owner: Member;
  size: FurnishedSize;
}

const patience = { timeoutMs: 120_000, everyMs: 200 };

/** Work of every kind, each as far along as its page wants to show it. */
export async function fillWork(setting: Setting): Promise<Work> {
  const { client } = setting.owner;
  const endedBatch = await startInvoices(client, setting.size.invoices);
  const runs = await startRuns(client);
  const [threadId, runningBatch] = await Promise.all([
    startThread(client),
    startTickets(client, setting.size.tickets),
    startCourier(setting),
  ]);
  const failed = await startFailures(client);
  await untilItIs(client, runs.reported, "completed");
  const artifacts = await client.artifacts.list(runs.reported);
  const forked = await forkReport(client, runs.reported);
  await rate(client, runs.reported);
  await eventually({ what: "the batch of invoices to end", ...patience }, async () => {
    return (await client.batches.get(endedBatch)).status === "completed" || undefined;
  });
  const groups = await client.deadLetters.groups();
  return {
    runs: { ...runs, failed, forked },
    threadId,
    endedBatch,
    runningBatch,
    artifacts: new Map(artifacts.items.map(({ name, id }) => [name, id])),
    deadLetterGroup: groups.items[0]?.fingerprint ?? "",
  };
}

async function startInvoices(client: Client, count: number): Promise<string> {
  const { id } = await client.batches.create({
    name: "Invoices of October",
    agent: "invoice-checker",
    template: "{{invoice}} of {{supplier}}: {{hours}} hours at {{rate}}, billed {{billed}}.",
    rows: invoices(count).map((row) => ({ ...row })),
    concurrency: 40,
    budgetUsd: 5,
    start: true,
  });
  return id;
}

async function startTickets(client: Client, count: number): Promise<string> {
  const { id } = await client.batches.create({
    name: "Tickets of this week",
    agent: "support-triage",
    template: "{{text}}",
    rows: tickets(count).map((row) => ({ ...row })),
    concurrency: 8,
    start: true,
  });
  return id;
}

async function startRuns(client: Client) {
  const start = async (agent: string, text: string) =>
    (await client.runs.start({ agent, input: { text } })).runId;
  const [refunded, , asking, researched, planning, reported] = await Promise.all([
    start("refund-desk", questions.refund),
    start("refund-desk", questions.largeRefund),
    start("refund-desk", questions.askFirst),
    start("market-researcher", questions.research),
    start("launch-planner", questions.launch),
    start("report-writer", questions.report),
  ]);
  await untilItIs(client, refunded, "waiting");
  const [item] = (await client.inbox.list({ runId: refunded })).items;
  if (item) {
    const { hash } = await client.interrupts.get(refunded, item.interruptId);
    await client.interrupts.comment(refunded, item.interruptId, "The bank shows both payments.");
    await client.interrupts.answer(refunded, item.interruptId, {
      action: "approve",
      hash: hash ?? "",
    });
  }
  for (const runId of [asking, planning]) await untilItIs(client, runId, "waiting");
  for (const runId of [refunded, researched]) await untilItIs(client, runId, "completed");
  return { refunded, asking, researched, planning, reported };
}

async function startThread(client: Client): Promise<string> {
  const { id } = await client.threads.create({ agent: "concierge" });
  for (const text of [questions.hello, questions.delivery]) {
    const { runId } = await client.threads.send(id, { text });
    await untilItIs(client, runId, "completed");
  }
  return id;
}

/** A call under way whose worker ends: nobody knows what became of it. */
async function startCourier({ owner: { client } }: Setting): Promise<void> {
  await client.runs.start({ agent: "dispatcher", input: { text: questions.courier } });
}

async function startFailures(client: Client): Promise<string> {
  const input = { text: questions.stock };
  const started = await Promise.all(
    [1, 2, 3].map(() => client.runs.start({ agent: "stock-keeper", input })),
  );
  for (const { runId } of started) await untilItIs(client, runId, "failed");
  return started[0]?.runId ?? "";
}

async function forkReport(client: Client, runId: string): Promise<string> {
  const made = await client.runs.fork(runId, {
    at: { step: 2 },
    changes: { model: "north/small" },
  });
  await untilItIs(client, made.runId, "completed");
  return made.runId;
}

async function rate(client: Client, runId: string): Promise<void> {
  await client.feedback.give(runId, {
    target: { kind: "run" },
    rating: 1,
    comment: "Just what the board wants to see.",
  });
}

async function untilItIs(client: Client, runId: string, status: RunStatus): Promise<void> {
  await eventually({ what: `${runId} to be ${status}`, ...patience }, async () => {
    const run = await client.runs.get(runId);
    if (run.status === status) return true;
    if (run.status === "failed") throw new Error(`${runId} failed: ${JSON.stringify(run.error)}`);
    return undefined;
  });
}
