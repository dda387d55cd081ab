import {
  agentNameSchema,
  agentSchema,
  agentSpecSchema,
  agentUsageSchema,
  labelsSchema,
  runInputSchema,
  type Agent,
  type RunSummary,
} from "@flotilla/core";
import { z } from "zod";
import { highestInteger, storableText } from "./bounds.ts";
import { longPageQuerySchema, pageSchema, type Page } from "./page.ts";
import type { Transport } from "./transport.ts";

export const agentParamsSchema = z.object({ name: agentNameSchema });
export const agentQuerySchema = z.object({
  version: z.coerce.number().int().positive().max(highestInteger).optional(),
});
export const agentListQuerySchema = longPageQuerySchema.extend({
  archived: z.enum(["true", "false"]).default("false"),
});
export const agentListSchema = pageSchema(agentSchema);
/** Body of `PUT /agents/{name}`; its name must be the path's. */
export const agentApplySchema = agentSpecSchema;
export type AgentApply = z.input<typeof agentApplySchema>;
export const agentApplyQuerySchema = z.object({
  /** What is said of the version; it is kept when there is a new one. */
  note: storableText.max(500).optional(),
});

/** What is wrong with an agent that is well-formed; nothing is saved. */
export const agentCheckedSchema = z.object({
  problems: z.array(
    z.object({
      /** Where in the spec: `context.model`; empty for the whole. */
      path: z.string(),
      message: z.string(),
      remedy: z.string().nullable(),
    }),
  ),
});
export type AgentChecked = z.infer<typeof agentCheckedSchema>;

/** Body of `POST /agents/{name}/drafts`: an agent that is tried before it is saved. */
export const draftStartSchema = z.strictObject({
  spec: agentSpecSchema,
  input: runInputSchema,
  /** Where the input comes from. Left out: from somebody who may tell the agent what to do. */
  labels: labelsSchema.optional(),
});
export type DraftStart = z.input<typeof draftStartSchema>;

const mostHours = 24 * 31;
export const agentUsageQuerySchema = longPageQuerySchema.extend({
  /** How far back, from now. */
  hours: z.coerce.number().int().min(1).max(mostHours).default(24),
});
export type AgentUsageQuery = z.input<typeof agentUsageQuerySchema>;
/** By agent; those that no run was started of in that time are left out. */
export const agentUsagePageSchema = pageSchema(agentUsageSchema);
export type AgentUsagePage = z.infer<typeof agentUsagePageSchema>;

const at = encodeURIComponent;

export interface ApplyOptions {
  note?: string | undefined;
  /** Only if this is its newest version, 0: only if there is none. Throws `precondition`. */
  onVersion?: number | undefined;
}

export function agentClient(http: Transport) {
  return {
    list: (query: { archived?: boolean; limit?: number } = {}) =>
      http.json<{ items: Agent[] }>("GET", "/agents", { query }),
    get: (name: string, version?: number) =>
      http.json<Agent>("GET", `/agents/${at(name)}`, { query: { version } }),
    versions: (name: string) =>
      http.json<Page<Agent>>("GET", `/agents/${at(name)}/versions`, { query: { limit: 500 } }),
    /** Creates the agent, or a new version of it when the spec differs from the newest. */
    apply: (spec: AgentApply, { note, onVersion }: ApplyOptions = {}) =>
      http.json<Agent>("PUT", `/agents/${at(spec.name)}`, {
        json: spec,
        query: { note },
        ...(onVersion !== undefined && { headers: matching(onVersion) }),
      }),
    archive: (name: string) => http.json<void>("DELETE", `/agents/${at(name)}`),
    /** What the platform would refuse it for; nothing is saved. */
    check: (spec: AgentApply) =>
      http.json<AgentChecked>("POST", `/agents/${at(spec.name)}/check`, { json: spec }),
    /** Starts a run of an agent that is not saved. */
    tryDraft: (draft: DraftStart) =>
      http.json<RunSummary>("POST", `/agents/${at(draft.spec.name)}/drafts`, { json: draft }),
    usage: (query: AgentUsageQuery = {}) =>
      http.json<AgentUsagePage>("GET", "/agent-usage", { query: query as never }),
  };
}

/** As the tags of versions are written; see `checkMatch` of the server. */
function matching(onVersion: number): Record<string, string> {
  return onVersion === 0 ? { "if-none-match": "*" } : { "if-match": `"v${onVersion}"` };
}
