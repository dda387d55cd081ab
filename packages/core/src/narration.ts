import type { ErrorRecord } from "./error.ts";
import type { Event, EventOf, WaitingFor } from "./event.ts";
import type { Json } from "./json.ts";
import { isAnswering } from "./focus.ts";
import { messageText, outputText, type AssistantMessage, type ToolCallPart } from "./message.ts";

/**
 * A run as those tell it who speak another protocol: what begins is ended before anything else of its
 * kind begins, and nothing is open when the run ends.
 *
 *   run_started ( step_started ( reasoning* | text* )* step_finished | call | result | waiting )*
 *   ( run_completed | run_failed | run_cancelled )
 *
 * Text and reasoning come as `…_started`, `…_delta`, `…_ended`; one that is not `whole` was broken off
 * and is not part of the answer.
 */
export type Told =
  | { type: "run_started" }
  | { type: "step_started"; step: number }
  | { type: "step_finished"; step: number }
  | { type: "text_started" | "reasoning_started"; id: string }
  | { type: "text_delta" | "reasoning_delta"; id: string; delta: string }
  | { type: "text_ended" | "reasoning_ended"; id: string; whole: boolean }
  /** A call with its whole input; `handedOut`: of the caller's own tool, for it to make. */
  | { type: "call"; call: ToolCallPart; handedOut: boolean }
  | { type: "result"; callId: string; tool: string; output: Json; isError: boolean }
  | { type: "waiting"; for: WaitingFor }
  | { type: "run_completed"; output: Json; calls: ToolCallPart[] }
  | { type: "run_failed"; error: ErrorRecord }
  | { type: "run_cancelled"; by: string; reason: string | null };

type Kind = "text" | "reasoning";

/**
 * Tells a run from its events, given in order from the first. Partial text that was deleted from the
 * journal meanwhile comes with its step's end, so that the same is told whenever it is read, in other
 * pieces.
 */
export class Narrator {
  #told: Told[] = [];
  #step: number | undefined;
  #open: { kind: Kind; id: string } | undefined;
  #pieces = 0;
  /** How texts of the step under way are told: those that are not the answer's are thoughts. */
  #texts: Kind = "text";
  /** The last step whose text was told as a thought, until one is told that may be the answer. */
  #thought: number | undefined;
  /** What was told of the attempt under way. */
  #sent: Record<Kind, string> = { text: "", reasoning: "" };
  readonly #calls = new Map<string, string>();
  readonly #asked = new Map<string, string>();

  tell(event: Event): Told[] {
    this.#told = [];
    this.#take(event);
    return this.#told;
  }

  #take(event: Event): void {
    switch (event.type) {
      case "run.created":
        return this.#say({ type: "run_started" });
      case "step.started":
        this.#texts = isAnswering(event.purpose) ? "text" : "reasoning";
        return this.#beginAttempt(event.step);
      case "step.restarted":
        return this.#beginAttempt(event.step);
      case "step.delta":
        if (event.reasoning) this.#add("reasoning", event.reasoning);
        if (event.text) this.#add(this.#texts, event.text);
        return;
      case "step.completed":
        return this.#completeStep(event.message);
      case "step.failed":
        this.#close(false);
        if (event.retryInMs === null) this.#endStep();
        return;
      case "run.waiting":
        return this.#say({ type: "waiting", for: event.for });
      case "run.completed":
        return this.#complete(event);
      case "run.failed":
        this.#endStep();
        return this.#say({ type: "run_failed", error: event.error });
      case "run.cancelled":
        this.#endStep();
        return this.#say({ type: "run_cancelled", by: event.by, reason: event.reason ?? null });
      default:
        return this.#takeEffect(event);
    }
  }

  #takeEffect(event: Event): void {
    switch (event.type) {
      case "effect.intended": {
        const { callId, tool, input } = event;
        if (this.#calls.has(callId)) return;
        this.#calls.set(callId, tool);
        return this.#say({
          type: "call",
          call: { type: "tool_call", callId, tool, input },
          handedOut: false,
        });
      }
      case "effect.done":
        return this.#result(event.callId, event.output, false);
      case "effect.failed":
        if (event.retryInMs !== null) return;
        return this.#result(event.callId, `Error: ${event.error.message}`, true);
      case "interrupt.raised":
        if (event.kind !== "plan_review") this.#asked.set(event.interruptId, event.callId);
        return;
      case "interrupt.answered": {
        const callId = this.#asked.get(event.interruptId);
        const { answer } = event;
        if (callId === undefined) return;
        if (answer.action === "done") this.#result(callId, answer.output, false);
        if (answer.action === "fail") this.#result(callId, `Error: ${answer.reason}`, true);
        return;
      }
      default:
    }
  }

  #beginAttempt(step: number): void {
    this.#close(false);
    this.#sent = { text: "", reasoning: "" };
    if (this.#step === step) return;
    this.#endStep();
    this.#step = step;
    this.#pieces = 0;
    this.#say({ type: "step_started", step });
  }

  #add(kind: Kind, delta: string): void {
    if (this.#open?.kind !== kind) {
      this.#close(true);
      this.#open = { kind, id: `${this.#step ?? 0}-${this.#pieces++}` };
      this.#say({ type: `${kind}_started`, id: this.#open.id });
    }
    this.#sent[kind] += delta;
    this.#say({ type: `${kind}_delta`, id: this.#open.id, delta });
  }

  #completeStep(message: AssistantMessage): void {
    const reasoning = message.content.map((part) => (part.type === "reasoning" ? part.text : ""));
    if (this.#texts === "reasoning") {
      this.#addRest("reasoning", [...reasoning, messageText(message)].join(""));
      this.#thought = this.#step;
    } else {
      this.#addRest("reasoning", reasoning.join(""));
      this.#addRest("text", messageText(message));
      this.#thought = undefined;
    }
    this.#close(true);
    this.#endStep();
  }

  /** What the deltas did not tell. Reasoning that was told otherwise is left as it is. */
  #addRest(kind: Kind, whole: string): void {
    const sent = this.#sent[kind];
    const isGoingOn = whole.startsWith(sent);
    if (kind === "reasoning" && (!isGoingOn || this.#sent.text !== "")) return;
    if (!isGoingOn) this.#close(false);
    const rest = isGoingOn ? whole.slice(sent.length) : whole;
    if (rest !== "") this.#add(kind, rest);
  }

  #complete(event: EventOf<"run.completed">): void {
    this.#endStep();
    const { output, calls = [] } = event;
    if (this.#thought !== undefined) this.#tellAnswer(this.#thought, outputText(output));
    for (const call of calls) this.#say({ type: "call", call, handedOut: true });
    this.#say({ type: "run_completed", output, calls });
  }

  /** An answer that was chosen among tries, which were told as thoughts. */
  #tellAnswer(step: number, text: string): void {
    if (text === "") return;
    this.#step = step;
    this.#say({ type: "step_started", step });
    this.#add("text", text);
    this.#close(true);
    this.#endStep();
  }

  #endStep(): void {
    this.#close(false);
    if (this.#step !== undefined) this.#say({ type: "step_finished", step: this.#step });
    this.#step = undefined;
  }

  #close(whole: boolean): void {
    if (!this.#open) return;
    const { kind, id } = this.#open;
    this.#open = undefined;
    this.#say({ type: `${kind}_ended`, id, whole });
  }

  #result(callId: string, output: Json, isError: boolean): void {
    const tool = this.#calls.get(callId) ?? "";
    this.#say({ type: "result", callId, tool, output, isError });
  }

  #say(told: Told): void {
    this.#told.push(told);
  }
}
