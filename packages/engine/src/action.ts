import type {
  ConfidenceSpec,
  ErrorRecord,
  EventData,
  Json,
  RouteRules,
  StepPurpose,
  ToolCallPart,
  ToolStep,
} from "@flotilla/core";

/** What a run does next. */
export type Action =
  | {
      kind: "call_model";
      step: number;
      attempt: number;
      restart: boolean;
      /** Left out: the run's own turn. */
      purpose?: StepPurpose;
    }
  /** Calls of one answer that are still to be made, or made again; they run side by side. */
  | { kind: "call_tools"; fresh: ToolCallPart[]; open: ToolStep[] }
  | { kind: "ask_person"; interruptIds: string[] }
  /** `any`: until one of them has ended, not all. */
  | { kind: "wait_for_children"; runIds: string[]; any?: true }
  | { kind: "classify_task"; classifier: NonNullable<RouteRules["classifier"]> }
  | JudgeAnswer
  | { kind: "repair_output"; step: number; problems: string[] }
  /** What follows from the state alone. */
  | { kind: "journal"; events: EventData[] }
  /** A run of another agent does that step of the plan. */
  | { kind: "start_child"; planStep: string }
  /** A person has to approve the plan. */
  | { kind: "review_plan" }
  /** `calls`: those of the caller's tools, which it has to make itself. */
  | { kind: "complete"; output: Json; calls?: ToolCallPart[] }
  | { kind: "fail"; error: ErrorRecord };

export interface JudgeAnswer {
  kind: "judge_answer";
  step: number;
  /** Whether it fits the agent's output schema. */
  isValid: boolean;
  confidence: ConfidenceSpec;
}

export type CallModel = Extract<Action, { kind: "call_model" }>;
