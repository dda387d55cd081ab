import type { Tool } from "@modelcontextprotocol/server";
import type { Page } from "@flotilla/api";
import {
  agentNameSchema,
  isServerTool,
  type Agent,
  type AgentSpec,
  type RunSummary,
  type ToolPort,
  type ToolRisk,
} from "@flotilla/core";
import { z } from "zod";
import { toolError, type Call, type ToolAnswer } from "../call.ts";
import { awaitRun } from "../await-run.ts";

const perPage = 100;
const input = z.strictObject({ input: z.string().min(1).max(1_000_000) });
const inputSchema: Tool["inputSchema"] = {
  type: "object",
  properties: { input: { type: "string", description: "What the agent is asked to do." } },
  required: ["input"],
  additionalProperties: false,
};

/** Whom a client is shown agents as tools for. */
export interface AgentTools {
  /** A page of those that the caller may run, by name. */
  list(ask: Call["ask"], cursor: string | undefined): Promise<{ tools: Tool[]; next?: string }>;
  /** Starts a run of the agent, and waits for it. */
  call(name: string, given: Record<string, unknown>, call: Call): Promise<ToolAnswer>;
}

/** @param mayRun whether the caller may run an agent of that name */
export function agentTools(
  tools: Pick<ToolPort, "get">,
  mayRun: (name: string) => boolean,
): AgentTools {
  return {
    async list(ask, cursor) {
      const from = cursor === undefined ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const page = await ask<Page<Agent>>({
        method: "GET",
        path: `/agents?limit=${perPage}${from}`,
      });
      const shown = page.items.filter(({ name, spec }) => isShown(spec) && mayRun(name));
      return {
        tools: shown.map(({ name, spec }) => toolOf(name, spec, tools)),
        ...(page.nextCursor !== null && { next: page.nextCursor }),
      };
    },
    async call(name, given, call) {
      const parsed = input.safeParse(given);
      if (!parsed.success) return toolError('Give the text for the agent as "input".');
      if (call.goesOn) return goOn(name, call, call.goesOn.place);
      const { spec } = await call.ask<Agent>({ method: "GET", path: `/agents/${name}` });
      if (!isShown(spec)) return toolError(`The agent ${name} is not published as a tool.`);
      const body = { agent: name, input: { text: parsed.data.input } };
      const { runId } = await call.ask<RunSummary>({
        method: "POST",
        path: "/runs",
        body,
        idempotencyKey: call.key,
      });
      return awaitRun(call, { runId, seq: 0 });
    },
  };
}

/** Agents' names and no others are looked up. */
export function isAgentName(name: string): boolean {
  return agentNameSchema.safeParse(name).success;
}

function isShown({ publish }: AgentSpec): boolean {
  return publish?.mcp ?? true;
}

/** What the client brings back names the run; it must be one of this agent. */
async function goOn(
  name: string,
  call: Call,
  place: { runId: string; seq: number },
): Promise<ToolAnswer> {
  const run = await call.ask<RunSummary>({ method: "GET", path: `/runs/${place.runId}` });
  if (run.agentName !== name) return toolError(`Run ${place.runId} is not of the agent ${name}.`);
  return awaitRun(call, place);
}

function toolOf(name: string, spec: AgentSpec, tools: Pick<ToolPort, "get">): Tool {
  const description = spec.description || `Runs the agent ${name}.`;
  return {
    name,
    title: name,
    description: `${description}\n\nAn agent: it may take long. A result without output names the run; run_wait waits for it.`,
    inputSchema,
    outputSchema: outputSchemaOf(spec),
    annotations: { title: name, ...hintsOf(spec, tools) },
  };
}

/** As much as its tools can do, an agent can. */
function hintsOf(spec: AgentSpec, tools: Pick<ToolPort, "get">): Tool["annotations"] {
  const risks = spec.tools.map((tool) => riskOf(tool, tools));
  const works = (spec.team?.workers.length ?? 0) + (spec.team?.handoffs.length ?? 0) > 0;
  return {
    readOnlyHint: false,
    destructiveHint: works || risks.some((risk) => risk !== "read"),
    idempotentHint: false,
    openWorldHint: true,
  };
}

/** Tools of MCP servers come and go, and may be named by a pattern. */
function riskOf(tool: string, tools: Pick<ToolPort, "get">): ToolRisk {
  return isServerTool(tool) ? "destructive" : tools.get(tool).risk;
}

function outputSchemaOf({ output }: AgentSpec): NonNullable<Tool["outputSchema"]> {
  // A schema that refers to its own parts cannot stand inside another one.
  const own = output && !JSON.stringify(output).includes('"$ref"') ? output : {};
  return {
    type: "object",
    properties: {
      runId: { type: "string" },
      status: { type: "string" },
      output: own,
      error: { type: "object" },
      waitsFor: { type: "array" },
    },
    required: ["runId"],
  };
}
