import { agentSpecSchema, type AgentSpec } from "@flotilla/core";
import { parseSpecs, readSpecFiles, type SpecFiles, type SpecKind } from "./spec-file.ts";

const agents: SpecKind<AgentSpec> = { noun: "agent", schema: agentSpecSchema };

/** The agents in a file, in every YAML and JSON file of a folder, or on stdin (`-`). */
export function readAgentFiles(target: string): Promise<SpecFiles<AgentSpec>> {
  return readSpecFiles(target, agents);
}

/** The agents in one text. */
export function parseAgents(text: string, name: string): SpecFiles<AgentSpec> {
  return parseSpecs(text, name, agents);
}
