import type { CredentialScope } from "./credential.ts";
import type { ErrorCode } from "./error.ts";
import type { ConfidenceSpec } from "./route-spec.ts";
import type { RouteChoice } from "./route.ts";

/** What a call needs of a model, and what has happened to it so far. */
export interface TargetRequest {
  /** What the agent names: `provider/model` or `route/<name>`. */
  name: string;
  inputTokens: number;
  needsTools: boolean;
  needsJson: boolean;
  needsVision: boolean;
  /** The agent's own name and the run's input, for rules by task class. */
  agentName: string;
  text: string;
  /** Decides weighted splits: the same run stays with its target. */
  runId: string;
  /** Targets that have failed in this step, in order. */
  failed: { model: string; code: ErrorCode }[];
  /** The class that a model found, where no rule fits. */
  taskClass?: string;
  /** The target that an escalated run stays with. */
  pinned?: string;
}

export interface Target {
  /** `provider/model`. */
  model: string;
  /** Only for routes. */
  choice?: RouteChoice;
  /** Tokens of its context window, where the route states them. */
  context?: number;
}

/** What a call came to, for the health of its target. */
export type TargetOutcome =
  | { kind: "answered"; firstTokenMs: number | null; ms: number; outputTokens: number }
  | { kind: "failed"; code: ErrorCode; retryAfterMs?: number };

/** What may follow when an attempt has failed. */
export type AfterFailure =
  /** Another target is asked at once. */
  | "another"
  /** After a back-off a target may take it, even when this failure was for good. */
  | "later"
  /** Only the error itself says whether trying again can help. */
  | "by_error";

/** What a route wants to know beside its targets. */
export interface RouteRules {
  /** How sure a final answer must be. */
  confidence?: ConfidenceSpec;
  /** The model to ask for the class of the task; left out where a rule fits. */
  classifier?: { model: string; instructions: string; classes: string[] };
}

/** Turns the model name of an agent into the target of one attempt. */
export interface RouterPort {
  /**
   * Throws `route_exhausted` (transient when a target may come back by itself, with `retryAfterMs`)
   * when no target of a route can take the call.
   */
  choose(request: TargetRequest): Promise<Target>;
  /** The last of the request's failures is the one to judge. */
  afterFailure(request: TargetRequest): AfterFailure;
  /**
   * The target to ask when the answers of these were not sure enough; undefined when none is left
   * that can take the call.
   */
  nextAfter(request: TargetRequest, asked: string[]): string | undefined;
  /** What the route of that name wants; nothing for a `provider/model`. */
  rules(request: Pick<TargetRequest, "name" | "agentName" | "text">): RouteRules;
  report(model: string, outcome: TargetOutcome): void;
  /**
   * Throws `unknown_model` or `credentials_missing` when calls to it could not work; of a route's
   * targets one that could is enough.
   */
  check(name: string, scope?: CredentialScope): void;
}
