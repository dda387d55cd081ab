import type { ModelSettings } from "./model-settings.ts";
import type { Artifact, ArtifactRef, NewArtifact } from "./artifact.ts";
import type { AskedInterrupt } from "./asked-interrupt.ts";
import type { CapacityLimits, LimitSignal } from "./capacity.ts";
import type { Charge } from "./charge.ts";
import type { ConnectionKind, OpenedConnection } from "./connection.ts";
import type { CredentialScope } from "./credential.ts";
import type { OutgoingRequest } from "./credential-port.ts";
import type { Event, EventData } from "./event.ts";
import type { FinishReason } from "./finish-reason.ts";
import type { Environment } from "./caller.ts";
import type { GivenInput } from "./input-needed.ts";
import type { ImageAnswer, ImageQuestion, ImageReply, ImageRequest } from "./image.ts";
import type { ImagePrice } from "./image-price.ts";
import type { Json, JsonObject } from "./json.ts";
import type { Label } from "./label.ts";
import type { AssistantMessage, Message } from "./message.ts";
import type { TeamPort } from "./team-port.ts";
import type { ToolExample } from "./tool-example.ts";
import type { ToolTerms } from "./tool-terms.ts";
import type { Price, Usage } from "./usage.ts";

/** Time comes in through this port, so that tests own it. */
export interface Clock {
  /** Unix milliseconds. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A tool as a model sees it. */
export interface ToolSpec {
  name: string;
  description: string;
  /** JSON Schema of the input object. */
  input: JsonObject;
}

/** Where log lines go: fields first, then the message. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface ModelRequest {
  /** `provider/model`. */
  model: string;
  instructions: string;
  messages: Message[];
  /** What the images of the messages hold, by artifact; one that is not there is told of in words. */
  images?: ReadonlyMap<string, Uint8Array>;
  tools: ToolSpec[];
  settings: ModelSettings;
  /** JSON Schema the final answer must fit, handed to providers that can enforce it. */
  output?: JsonObject;
  /** Our call ids are `c<step>-<index>`. */
  step: number;
  /** Sent to the provider as metadata where it takes any; for logs. */
  runId: string;
  /** W3C Trace Context of this call; a header of its request. */
  traceParent?: string;
  /** Whose credentials the call may use; left out: the configuration's keys alone. */
  scope?: CredentialScope;
  /** Calls with the same key begin alike: it lets providers find the prefix they have kept. */
  prefixKey?: string;
}

/** What a model call streams: partial text as it comes, then exactly one `completed`. */
export type ModelPart =
  | { type: "text"; text: string }
  | { type: "reasoning"; text: string }
  /** What the answer's headers say about the provider's limits; before anything else. */
  | { type: "limits"; signal: LimitSignal }
  | {
      type: "completed";
      message: AssistantMessage;
      usage: Usage;
      /** The provider counted nothing, or nonsense: the usage is an estimate. */
      usageEstimated?: true;
      finish: FinishReason;
      /** The model name in the provider's answer, when it says one. */
      servedModel?: string;
    };

/**
 * Calls a model. The iterable ends after `completed`, or throws a FlotillaError
 * (code `model_*`, `context_overflow`, `unknown_model` or `credentials_missing`) whose `transient` and
 * `retryAfterMs` tell the engine what to do. Nothing half-received is ever completed:
 * a stream without its terminal marker throws `model_stream_broken`. Once output has begun,
 * the error carries in `usage` what the provider will bill for the call all the same.
 */
export interface ModelPort {
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelPart>;
  /** Throws `unknown_model` or `credentials_missing` when calls to it could not work. */
  check(model: string, scope?: CredentialScope): void;
  /** null when the price is unknown. */
  price(model: string): Price | null;
  /**
   * Makes images: all of them, or it throws as `stream` does; `model_refused` for what the provider does not draw,
   * `model_rejected` for what the model cannot, such as a size, and `unknown_model` for a provider without image models.
   */
  image(request: ImageRequest, signal: AbortSignal): Promise<ImageAnswer>;
  /** null when the price is unknown. */
  imagePrice(model: string): ImagePrice | null;
  /** How many images one request may ask for. Throws `unknown_model`. */
  imagesPerCall(model: string): number;
  /** Whether the provider makes and bills what comes again under the same idempotency key only once. */
  keepsKeys(model: string): boolean;
  /**
   * The bucket of provider capacity its calls draw on, and what the configuration says of it. Calls with
   * an organisation's own key have one of their own.
   */
  bucket(model: string, scope?: CredentialScope): { bucket: string; limits: CapacityLimits };
  /** Whether it is shown images; of others it reads that they are there. */
  seesImages(model: string): boolean;
  /** Tokens of input and output together that it takes at most; null when nobody knows. */
  contextWindow(model: string): number | null;
  /** Input tokens that a request will probably count. Cheap: an estimate. */
  countTokens(request: ModelRequest): number;
  /** The same by the model's own tokenizer, where that is known; for requests near the window. */
  countExactly(request: ModelRequest): Promise<number>;
}

/** What a tool call is given beside its input. */
export interface ToolContext {
  runId: string;
  callId: string;
  /** Stable over all attempts of this call; hand it to systems that deduplicate. */
  idempotencyKey: string;
  /** From 1. */
  attempt: number;
  /** W3C Trace Context of this call, for the requests that the tool makes. */
  traceParent: string;
  /** Aborted when the run is cancelled, its worker drains past its grace, or the timeout passes. */
  signal: AbortSignal;
  /** Absolute path of the run's own folder; created when first asked for. */
  workspace(): Promise<string>;
  /** An artifact of this run with its content, as it is and as text. Throws `not_found`. */
  artifact(id: string): Promise<{ artifact: Artifact; content: Uint8Array; text: string }>;
  clock: Clock;
  /** What a person said to what an earlier try of the call asked him; see `InputNeeded`. */
  given?: GivenInput;
  /** Asks the run's model, under its budget and on its bill. Throws what a model call throws, or `limit_cost`. */
  model(question: ModelQuestion): Promise<ModelReply>;
  /**
   * Has images made, under the run's budget and on its bill. Asked the same after a crash, it gives what was made before.
   * Throws what a model call throws, or `limit_cost`.
   */
  image(question: ImageQuestion): Promise<ImageReply>;
  /** What the runs of its tree share, and tell each other. */
  team: TeamPort;
  organisation: string;
  environment: Environment;
  /** The agent that calls. */
  agent: string;
  /** The user it is made for; left out: nobody in particular. */
  by?: string;
  /** Of all that the run's model had read when it asked for the call. */
  labels: readonly Label[];
  /** What the call answers has these labels too, beside those that its tool always emits. */
  label(...labels: Label[]): void;
  /**
   * Where other runs, of other processes too, work in the same workspace: a file beside it, by whose lock they change it one
   * after the other. Left out: the workspace is the run's own.
   */
  workspaceLock?: string;
  fileLabels: FileLabels;
  /** Keeps content as an artifact of the run, with the labels of the run and of the call. */
  keep(content: Pick<NewArtifact, "name" | "mediaType" | "content">): Promise<ArtifactRef>;
  /**
   * The request with its `{{credential:name}}` placeholders replaced, where their bindings allow it; see
   * `CredentialPort`.
   */
  place(request: OutgoingRequest): Promise<OutgoingRequest>;
  /**
   * A connection of the run's environment that the run may use, with what opens it; without a name, the only one of
   * its kind. Ask for it at the moment of use, and keep its login nowhere. Throws `tool_input_invalid` with the
   * names to choose from, `tool_forbidden` and `credentials_missing`.
   */
  connection<Kind extends ConnectionKind>(
    kind: Kind,
    name?: string,
  ): Promise<OpenedConnection<Kind>>;
}

/** Where the files of a workspace come from. */
export interface FileLabels {
  /** Undefined: nobody has noted where the file comes from. `path` is relative, with `/`. */
  of(path: string): Promise<Label[] | undefined>;
  /** Of all files that somebody has noted, by their paths. */
  all(): Promise<ReadonlyMap<string, Label[]>>;
  /** Notes the labels of files as they are now; null: of files that are no more. */
  keep(paths: readonly string[], labels: readonly Label[] | null): Promise<void>;
}

/** What a tool asks a model beside the run's own calls. */
export interface ModelQuestion {
  messages: { role: "user" | "assistant"; text: string }[];
  instructions?: string;
  maxOutputTokens: number;
}

export interface ModelReply {
  text: string;
  /** `provider/model`. */
  model: string;
  /** It was cut off at the limit of tokens. */
  truncated: boolean;
}

/** What the engine asks of a set of tools. */
export interface ToolPort {
  /** Every registered tool, by name. */
  list(): ToolInfo[];
  /** Throws `unknown_tool` with the nearest names. */
  get(name: string): ToolInfo;
  /**
   * Validates the input, calls the tool within its timeout, validates the output.
   * Throws a FlotillaError: `tool_input_invalid`, `tool_failed`, `tool_timeout`,
   * `tool_forbidden` or `cancelled`; `transient` says whether trying again can help.
   */
  call(name: string, input: Json, context: ToolContext): Promise<Json>;
  /**
   * Asks the outside what became of a call that was cut off. `undefined`: it did not
   * take effect and may run. Only for tools whose `recovery` is `reconcile`.
   */
  reconcile(name: string, input: Json, context: ToolContext): Promise<{ output: Json } | undefined>;
  /** Whom or what a call reaches: URLs, addresses. None for an input that is not valid. */
  destinations(name: string, input: Json): string[];
  /** For calls that may have ended the process they were made in. */
  apart: ApartTools;
}

/** The tools of everybody, and with them those that an organisation has of its own. */
export interface PlacedTools extends ToolPort {
  /** Costs no statement but now and then. */
  of(place: CredentialScope): Promise<ToolPort>;
}

/**
 * Tool calls in processes of their own. Beside what the calls themselves throw they throw `worker_killed` when
 * the call ended its process: it exited, ran out of memory, or stood still.
 */
export interface ApartTools {
  /** @param isFresh in a process that has made no call before */
  call(name: string, input: Json, context: ToolContext, isFresh: boolean): Promise<Json>;
  reconcile(
    name: string,
    input: Json,
    context: ToolContext,
    isFresh: boolean,
  ): Promise<{ output: Json } | undefined>;
}

/** What happens to a call that was cut off between its intent and its result. */
export type ToolRecovery =
  /** It runs again with the same key. */
  | "idempotent"
  /** The tool's `reconcile` asks the outside first. */
  | "reconcile"
  /** Nobody can know: a person decides. */
  | "unknown";

/** What a call can do to the world outside the run. */
export const toolRisks = ["read", "write", "destructive", "outbound"] as const;
export type ToolRisk = (typeof toolRisks)[number];

/** Where a call can carry its input. */
export const toolReaches = [
  /** Nowhere: it stays in the run's own workspace and tree. */
  "run",
  /** To systems that the operator has configured. */
  "own",
  /** To addresses that the model chooses, or to strangers. */
  "open",
] as const;
export type ToolReach = (typeof toolReaches)[number];

export interface ToolInfo extends ToolSpec, ToolTerms {
  output: JsonObject;
  risk: ToolRisk;
  reach: ToolReach;
  /** What its results always are. */
  emits: Label[];
  /** What may flow into a call unasked; left out: everything. */
  reads?: Label[];
  /** The engine performs its calls itself: they ask people, or start other runs. */
  by?: "engine";
  recovery: ToolRecovery;
  timeoutMs: number;
  /** Tries of one call when it fails transiently. */
  maxAttempts: number;
  /** Calls as the documentation shows them. */
  examples?: ToolExample[] | undefined;
}

/** An append of one run's events; they are committed together or not at all. */
export interface Append {
  runId: string;
  epoch: number;
  /** Sequence number of the first event. */
  seq: number;
  events: EventData[];
  /** What the events' model calls cost; kept with them. */
  charges?: Charge[];
  /** What the run begins to wait for people with; kept with the wait. */
  asked?: AskedInterrupt[];
  /** Deletes the run's deltas after this sequence number: their step has ended. */
  dropDeltasAfter?: number;
  /** Ids of events from outside that are among these: they wait no longer. */
  outside?: readonly number[];
}

/** What an append tells its caller beside "committed". */
export interface Appended {
  /** A person asked for the run to be cancelled. */
  cancelRequested: boolean;
  /** Messages of other agents lie for the run. */
  hasMail: boolean;
  /** Somebody wants it to pause at its next step. */
  pauseRequested: boolean;
  /** Events from outside wait to be taken into the journal. */
  hasOutside: boolean;
  /** Nothing was kept: the run cannot complete while events from outside wait. */
  held?: true;
}

/**
 * The journal as a running segment sees it. `append` resolves once the events are
 * committed; it rejects with `fenced` when the run's epoch has moved on or the
 * sequence number is taken, and then nothing of the append was kept. While the database
 * is away it waits. A run has at most one append under way.
 */
export interface JournalPort {
  append(append: Append): Promise<Appended>;
  /** In order of seq, those after `afterSeq`. */
  read(runId: string, afterSeq: number, limit: number): Promise<Event[]>;
}
