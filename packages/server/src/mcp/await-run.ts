import type { CallToolResult } from "@modelcontextprotocol/server";
import type { Interrupt, Page } from "@flotilla/api";
import {
  outputText,
  type Artifact,
  type Event,
  type InboxItem,
  type Run,
  type RunSummary,
} from "@flotilla/core";
import {
  toolError,
  toolResult,
  type Asked,
  type Call,
  type Place,
  type ToolAnswer,
} from "./call.ts";
import { answerOf, formOf } from "./elicitation.ts";

/** Longer outputs are read as a resource. */
const longestOutput = 1024 * 1024;
const mostLinks = 50;

/**
 * Waits for a run and gives what it came to as a tool's result. Meanwhile the client is told what the run
 * does, and whoever sits at it is asked what the run asks, as far as the caller may answer it. A run that
 * takes longer than the call waits, or that waits for somebody else, is told by its id: it goes on.
 */
export async function awaitRun(call: Call, from: Place): Promise<ToolAnswer> {
  const place = { ...from };
  const late = AbortSignal.timeout(call.waitMs);
  const signal = AbortSignal.any([call.signal, late]);
  const asked = new Set<string>();
  if (call.goesOn) {
    await takeReplies(call, call.goesOn);
    // What was left open is asked once, not again and again.
    for (const id of call.goesOn.replies.keys()) asked.add(id);
  }
  // What waits already is told by no event to come.
  const waiting = place.seq > 0 ? await askPerson(call, place, asked) : undefined;
  if (waiting) return waiting;
  const events = await call.follow(place, signal);
  for await (const event of events) {
    place.seq = event.seq;
    const message = progressOf(event);
    if (message !== undefined) await call.tell({ ...place }, message);
    if (event.type !== "run.waiting" || event.for.kind !== "interrupt") continue;
    const ended = await askPerson(call, place, asked);
    if (ended) return ended;
  }
  if (signal.aborted && !late.aborted) return giveUp(call, place.runId);
  return describeRun(call, place.runId);
}

/** The client has gone: what it had begun is cancelled where it said so, and goes on otherwise. */
async function giveUp(call: Call, runId: string): Promise<CallToolResult> {
  if (call.isCancelled()) {
    const body = { reason: "The MCP client cancelled the call." };
    await call.ask({ method: "POST", path: `/runs/${runId}/cancel`, body }).catch(() => undefined);
  }
  return toolError(`Nobody waits for run ${runId} any more.`, { runId });
}

/** Whoever sits at the client answers what he can; what is left waits in the inbox. */
async function askPerson(
  call: Call,
  place: Place,
  asked: Set<string>,
): Promise<ToolAnswer | undefined> {
  const open = await openInterrupts(call, place.runId);
  // It was answered since.
  if (open.length === 0) return undefined;
  const questions = call.canElicit ? await questionsOf(call, open, asked) : [];
  if (questions.length === 0) {
    return open.some(({ interruptId }) => asked.has(interruptId) && !call.goesOn)
      ? undefined
      : describeRun(call, place.runId);
  }
  for (const { interrupt } of questions) asked.add(interrupt.interruptId);
  return call.elicit({ ...place }, questions);
}

async function openInterrupts({ ask }: Pick<Call, "ask">, runId: string): Promise<InboxItem[]> {
  const page = await ask<Page<InboxItem>>({ method: "GET", path: `/inbox?runId=${runId}` });
  return page.items;
}

async function questionsOf(call: Call, open: InboxItem[], asked: Set<string>): Promise<Asked[]> {
  const questions: Asked[] = [];
  for (const { runId, interruptId, agentName } of open) {
    if (asked.has(interruptId) || !call.mayAnswer(agentName)) continue;
    const interrupt = await readInterrupt(call, runId, interruptId);
    const form = interrupt.mayAnswer.allowed ? formOf(interrupt) : undefined;
    if (form) questions.push({ interrupt, form });
  }
  return questions;
}

export function readInterrupt(
  { ask }: Pick<Call, "ask">,
  runId: string,
  interruptId: string,
): Promise<Interrupt> {
  const path = `/runs/${runId}/interrupts/${encodeURIComponent(interruptId)}`;
  return ask<Interrupt>({ method: "GET", path });
}

async function takeReplies(
  call: Call,
  { place, hashes, replies }: NonNullable<Call["goesOn"]>,
): Promise<void> {
  for (const [interruptId, reply] of replies) {
    await takeReply(call, { runId: place.runId, interruptId, hash: hashes[interruptId] }, reply);
  }
}

/** Answers an interrupt with a form that was filled in, by the way that all answers go. */
export async function takeReply(
  { ask }: Pick<Call, "ask">,
  { runId, interruptId, hash }: { runId: string; interruptId: string; hash: string | undefined },
  reply: unknown,
): Promise<void> {
  const interrupt = await readInterrupt({ ask }, runId, interruptId);
  const body = answerOf(interrupt, reply, hash);
  if (interrupt.state !== "open" || body === undefined) return;
  const path = `/runs/${runId}/interrupts/${encodeURIComponent(interruptId)}/answer`;
  await ask({ method: "POST", path, body });
}

/** A run as the result of a tool: what it came to, or how it stands. */
export async function describeRun(
  { ask }: Pick<Call, "ask">,
  runId: string,
): Promise<CallToolResult> {
  const run = await standingOf({ ask }, runId);
  const { status } = run;
  if (run.status === "failed") {
    const { message, remedy } = run.error;
    return toolError(`${message} ${remedy} (run ${runId})`, { runId, status, error: run.error });
  }
  if (status === "cancelled") return toolError(`Run ${runId} was cancelled.`, { runId, status });
  if (run.status === "completed") return completed({ ask }, run);
  const waitsFor = status === "waiting" ? await openInterrupts({ ask }, runId) : [];
  if (waitsFor.length === 0) {
    const text = `Run ${runId} is ${status}. Call run_wait with this id to wait for it.`;
    return toolResult(text, { runId, status });
  }
  const asks = waitsFor.map(({ interruptId, kind, prompt }) => ({ interruptId, kind, prompt }));
  const lines = asks.map((one) => `- ${one.interruptId} (${one.kind}): ${one.prompt}`);
  const text = `Run ${runId} waits for a person:\n${lines.join("\n")}\nWho may, answers with inbox_answer; then call run_wait.`;
  return toolResult(text, { runId, status, waitsFor: asks });
}

type Standing = RunSummary & Pick<Run, "seq">;

/** How a run stands, and where its journal ends. */
export async function standingOf({ ask }: Pick<Call, "ask">, runId: string): Promise<Standing> {
  const fields = "runId,status,output,error,agentName,agentVersion,createdAt,endedAt,seq";
  return ask<Standing>({ method: "GET", path: `/runs/${runId}?fields=${fields}` });
}

async function completed(
  { ask }: Pick<Call, "ask">,
  run: Extract<RunSummary, { status: "completed" }>,
): Promise<CallToolResult> {
  const { runId, status, output } = run;
  const links = await artifactLinks({ ask }, runId);
  const text = outputText(output);
  if (text.length > longestOutput) {
    const said = `${text.slice(0, 10_000)} …\n\nThat was the beginning; all of it is flotilla://runs/${runId}/output.`;
    const result = toolResult(said, { runId, status });
    return { ...result, content: [...result.content, ...links] };
  }
  const result = toolResult(text, { runId, status, output });
  return { ...result, content: [...result.content, ...links] };
}

async function artifactLinks({ ask }: Pick<Call, "ask">, runId: string) {
  const path = `/runs/${runId}/artifacts?limit=${mostLinks}`;
  const { items } = await ask<Page<Artifact>>({ method: "GET", path });
  return items.map(({ id, mediaType, bytes }) => ({
    type: "resource_link" as const,
    uri: `flotilla://artifacts/${id}`,
    name: id,
    mimeType: mediaType,
    size: bytes,
  }));
}

/** What a client is told of an event; undefined: nothing. */
function progressOf(event: Event): string | undefined {
  switch (event.type) {
    case "run.created":
      return `Run ${event.runId} was started.`;
    case "step.started":
      return `Step ${event.step}: ${event.model} is asked.`;
    case "step.restarted":
      return `Step ${event.step} is made again.`;
    case "effect.intended":
      return `The tool ${event.tool} is called.`;
    case "interrupt.raised":
      return `A person is asked: ${event.prompt.slice(0, 500)}`;
    case "interrupt.answered":
      return "A person has answered.";
    case "run.waiting":
      return event.for.kind === "interrupt" ? undefined : `The run waits: ${event.for.kind}.`;
    default:
      return undefined;
  }
}
