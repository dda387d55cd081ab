import { z } from "zod";
import { errorRecordSchema, type ErrorRecord } from "./error.ts";
import { jsonSchema, type Json } from "./json.ts";
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
    /** What it may cost at most, of what the parent has left. */
    budgetMicros: z.int().nonnegative().optional(),
  }),
  z.object({
    type: z.literal("child.ended"),
    childId: z.string(),
    callId: z.string(),
    status: z.enum(["completed", "failed", "cancelled"]),
    output: jsonSchema,
    error: errorRecordSchema.optional(),
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
  agentName: string;
  agentVersion: number;
  callId: string;
  planStep: string | null;
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
