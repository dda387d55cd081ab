import { z } from "zod";
import { artifactRefSchema } from "./artifact.ts";
import { errorRecordSchema, type ErrorRecord } from "./error.ts";
import { forkEffectsSchema } from "./fork-effects.ts";
import { jsonObjectSchema, jsonSchema, type Json } from "./json.ts";
import { labelsSchema } from "./label.ts";
import { usageSchema, type Usage } from "./usage.ts";

/** Where a run stands in its tree. */
export const parentRefSchema = z.object({
  runId: z.string(),
  /** The run that has no parent. */
  rootId: z.string(),
  /** 1: a child of the root. */
  depth: z.int().positive(),
  /** The parent's call that it does. */
  callId: z.string(),
  /** The agent of the root: it says what the tree shares. */
  rootAgent: z.object({ agentId: z.string(), agentVersion: z.int().nonnegative() }),
  /** That, where the root's agent is a draft and says it nowhere else. */
  blackboard: z.record(z.string(), jsonObjectSchema).optional(),
  /** Levels below the root at most, as those above it say; left out: as its own agent says. */
  maxDepth: z.int().positive().optional(),
  /** What it and all below it may cost: its share of the parent's budget. */
  budgetMicros: z.int().nonnegative().optional(),
  /** Tools whose calls a person approves in the parent, with `*` for any text: here too. */
  approvals: z.array(z.string()).optional(),
  /** What becomes of its calls with side effects, where it is a part of a fork that does not make them. */
  effects: forkEffectsSchema.optional(),
});
export type ParentRef = z.infer<typeof parentRefSchema>;

export const teamEvents = [
  /** A call, or a step of the plan, is done by a run of another agent. */
  z.object({
    type: z.literal("child.started"),
    childId: z.string(),
    agentId: z.string(),
    agentName: z.string(),
    agentVersion: z.int().positive(),
    /** The model step that asked for it. */
    step: z.int().nonnegative(),
    callId: z.string(),
    /** The tool that was called; left out where a step of the plan is done. */
    tool: z.string().optional(),
    planStep: z.string().optional(),
    input: jsonSchema,
    /** What the other agent is told. */
    task: z.string(),
    /** What it may cost at most, of what the parent has left. */
    budgetMicros: z.int().nonnegative().optional(),
  }),
  z.object({
    type: z.literal("child.ended"),
    childId: z.string(),
    callId: z.string(),
    status: z.enum(["completed", "failed", "cancelled"]),
    output: jsonSchema,
    /** The output is a preview; all of it is there. */
    artifact: artifactRefSchema.optional(),
    error: errorRecordSchema.optional(),
    /** Of all that the run has read. */
    labels: labelsSchema.optional(),
    /** Of it and all below it. */
    usage: usageSchema,
    costMicros: z.int().nonnegative(),
    costIncomplete: z.boolean(),
  }),
  /** The run goes on as another agent, in the same conversation. */
  z.object({
    type: z.literal("agent.handed_off"),
    step: z.int().positive(),
    callId: z.string(),
    tool: z.string(),
    input: jsonSchema,
    agentId: z.string(),
    agentName: z.string(),
    agentVersion: z.int().positive(),
    note: z.string(),
  }),
] as const;

/** A run that does a part of another one. */
export interface ChildState {
  childId: string;
  agentId: string;
  agentName: string;
  agentVersion: number;
  callId: string;
  planStep: string | null;
  /** What it is told. */
  task: string;
  budgetMicros: number | null;
  status: "open" | "completed" | "failed" | "cancelled";
  output: Json;
  /** Why it did not complete. */
  error: ErrorRecord | null;
  usage: Usage;
  costMicros: number;
  startedAt: string;
  endedAt: string | null;
}

/** The agent that a run is at the moment. */
export interface ActiveAgent {
  agentId: string;
  agentName: string;
  agentVersion: number;
}
