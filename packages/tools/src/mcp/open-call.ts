import {
  canonicalJson,
  FlotillaError,
  InputNeeded,
  type CallQuestion,
  type GivenInput,
} from "@flotilla/core";
import type { CallToolResult } from "@modelcontextprotocol/client";
import type { ToolCall } from "../tool.ts";
import { elicited, questionOf, withDefaults } from "./call-question.ts";
import {
  callScope,
  type CallScope,
  type ElicitAnswer,
  type ElicitParams,
  type SampleAnswer,
  type SampleParams,
} from "./call-scope.ts";
import type { Connection } from "./connection.ts";
import { definitionHash } from "./definition.ts";
import { mcpLimits } from "./limits.ts";
import type { McpCall } from "./mcp-call.ts";
import { samplerOf } from "./sample.ts";

interface Pending {
  question: CallQuestion;
  params: ElicitParams;
  answer(said: ElicitAnswer): void;
}

/** How a call is told from others of its connection: the same try again is the same call. */
export function callKey({ definition, input, context }: McpCall): string {
  return `${context.idempotencyKey} ${definitionHash(definition)} ${canonicalJson(input)}`;
}

/**
 * A call under way at a server, over the tries that it takes here. A try ends with `InputNeeded` when the server asks people;
 * the call is held open for a while then, without a run that waits for it in memory. The next try, with the answer, goes on with
 * it where it still is; else it was given up, the server was told, and the call is made again.
 *
 * What came on no call's stream is known to be of this call only while no other is under way: such a question holds it open
 * only until the connection's next call.
 */
export class OpenCall implements CallScope {
  readonly #call: McpCall;
  readonly #connection: Pick<Connection, "scopes" | "held">;
  readonly #stop = new AbortController();
  readonly #pending = new Map<string, Pending>();
  readonly #sampler: CallScope["sample"];
  readonly #outcome: Promise<CallToolResult>;
  /** Of the try that is under way. */
  #context: ToolCall | undefined;
  #interrupt: ((needed: InputNeeded) => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #asked = 0;
  #isOver = false;
  isApart = false;

  /** @param perform makes the call, and throws the reason of the signal when that aborts */
  constructor(
    connection: Pick<Connection, "scopes" | "held">,
    call: McpCall,
    perform: (scope: CallScope, signal: AbortSignal) => Promise<CallToolResult>,
  ) {
    this.#connection = connection;
    this.#call = call;
    this.#context = call.context;
    this.#sampler = samplerOf(call.server, () => this.#context);
    connection.scopes.add(this);
    this.#outcome = perform(this, this.#stop.signal);
    const end = () => this.#end();
    this.#outcome.then(end, end);
  }

  /** Waits until the call has ended, or asks people: then it throws `InputNeeded`. */
  async attempt(context: ToolCall): Promise<CallToolResult> {
    const { signal, given } = context;
    const abort = () => this.#stop.abort(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
    this.#take(context);
    try {
      return await Promise.race([this.#outcome, this.#untilAsked(given)]);
    } catch (error) {
      this.#context = undefined;
      if (error instanceof InputNeeded && !this.#isOver) this.#hold();
      throw error;
    } finally {
      signal.removeEventListener("abort", abort);
      this.#interrupt = undefined;
    }
  }

  elicit(params: ElicitParams): Promise<ElicitAnswer> {
    if ((this.#asked += 1) > mcpLimits.rounds) return Promise.resolve({ action: "cancel" });
    const question = questionOf(this.#call.server, params);
    const said = elicited(this.#call.context.given, question.key);
    if (said) return Promise.resolve(withDefaults(said, params.requestedSchema));
    if (callScope.getStore() !== this) this.isApart = true;
    const { promise, resolve } = Promise.withResolvers<ElicitAnswer>();
    const same = this.#pending.get(question.key);
    const answer = (told: ElicitAnswer) => {
      same?.answer(told);
      resolve(told);
    };
    this.#pending.set(question.key, { question, params, answer });
    this.#interrupt?.(this.#needed());
    return promise;
  }

  sample(params: SampleParams): Promise<SampleAnswer> {
    return this.#sampler(params);
  }

  giveUp(): void {
    this.#end();
    this.#stop.abort(new FlotillaError("cancelled", "Nobody has answered the server so soon."));
    // A question goes with its call: an answer now would be one that nobody gave.
    for (const { answer } of this.#pending.values()) {
      setTimeout(() => answer({ action: "cancel" }), mcpLimits.heldMs).unref();
    }
  }

  #take(context: ToolCall): void {
    clearTimeout(this.#timer);
    this.#context = context;
    if (this.#isOver) return;
    this.#connection.held.delete(callKey(this.#call));
    this.#connection.scopes.add(this);
  }

  /** Answers what was asked. Rejects with what has yet to be. */
  #untilAsked(given: GivenInput | undefined): Promise<never> {
    for (const [key, { params, answer }] of this.#pending) {
      const said = elicited(given, key);
      if (!said) continue;
      this.#pending.delete(key);
      answer(withDefaults(said, params.requestedSchema));
    }
    return new Promise((_resolve, reject) => {
      this.#interrupt = reject;
      if (this.#pending.size > 0) reject(this.#needed());
    });
  }

  #needed(): InputNeeded {
    return new InputNeeded(
      [...this.#pending.values()].map(({ question }) => question),
      null,
    );
  }

  #hold(): void {
    const { held, scopes } = this.#connection;
    if (held.size >= mcpLimits.heldCalls) return this.giveUp();
    held.set(callKey(this.#call), this);
    // What it asks on its own stream is known to be its own.
    if (!this.isApart) scopes.delete(this);
    this.#timer = setTimeout(() => this.giveUp(), mcpLimits.heldMs);
    this.#timer.unref();
  }

  #end(): void {
    const { held, scopes } = this.#connection;
    this.#isOver = true;
    clearTimeout(this.#timer);
    scopes.delete(this);
    const key = callKey(this.#call);
    if (held.get(key) === this) held.delete(key);
  }
}
