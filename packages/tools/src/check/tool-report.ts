import type { Json, JsonObject, ToolContext } from "@flotilla/core";
import type { Tool } from "../tool.ts";

export const checkNames = [
  "definition",
  "schemas",
  "bad input",
  "cancelled before",
  "examples",
  "large result",
  "cancelled during",
  "timeout",
] as const;
export type CheckName = (typeof checkNames)[number];

/** One thing that every tool must keep to, and whether this one does. */
export interface ToolCheck {
  name: CheckName;
  outcome: "passed" | "failed" | "skipped";
  /** What is wrong, or why it was skipped. */
  problems: string[];
}

export interface ToolReport {
  tool: string;
  ok: boolean;
  checks: ToolCheck[];
}

/** A call that harms nobody, and what it answers. */
export interface Sample {
  input: JsonObject;
  /** Left out: anything that fits the schema. */
  output?: Json | undefined;
}

/** What is called to find out, and how. */
export interface Making {
  tool: Tool;
  samples: readonly Sample[];
  context: Partial<ToolContext>;
  graceMs: number;
}
