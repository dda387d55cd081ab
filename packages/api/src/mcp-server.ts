import {
  diffLineSchema,
  jsonObjectSchema,
  mcpPromptMessageSchema,
  mcpPromptSchema,
  mcpServerNameSchema,
  mcpServerSchema,
  mcpServerSpecSchema,
  mcpToolStates,
  toolRisks,
  type McpPrompt,
  type McpServer,
} from "@flotilla/core";
import { z } from "zod";
import { pageSchema, type Page, type PageQuery } from "./page.ts";
import type { Transport } from "./transport.ts";

export const mcpServerParamsSchema = z.object({ name: mcpServerNameSchema });

/** Sets a server, in place of the one of that name. */
export const mcpServerSetSchema = mcpServerSpecSchema.omit({ name: true });
export type McpServerSet = z.input<typeof mcpServerSetSchema>;

export const mcpServerPageSchema = pageSchema(mcpServerSchema);

/** Approves how a server is reached, by the hash that it is shown with. */
export const mcpApproveSchema = z.strictObject({
  hash: z.string().regex(/^[0-9a-f]{64}$/, "not a SHA-256 in hexadecimal"),
});

/** What came of connecting to a server. */
export const mcpTestSchema = z.object({
  ms: z.int(),
  /** null: it answered, and its tools are known. */
  error: z.string().nullable(),
  server: mcpServerSchema,
});
export type McpTest = z.infer<typeof mcpTestSchema>;

/** Where a person is to go, to sign in at a server. */
export const mcpConnectSchema = z.object({
  /** At the server's authorization server. */
  url: z.string(),
  /** Until then he can come back. */
  expiresAt: z.iso.datetime(),
});
export type McpConnect = z.infer<typeof mcpConnectSchema>;

/** What somebody brings back from there, as the parameters of the address that he comes back to. */
export const mcpSignInEndSchema = z.strictObject({
  state: z.string().min(1).max(2_000),
  code: z.string().min(1).max(8_000).optional(),
  /** Whose answer it is (RFC 9207). */
  iss: z.string().max(2_000).optional(),
  error: z.string().max(2_000).optional(),
});
export type McpSignInEnd = z.input<typeof mcpSignInEndSchema>;

const definitionSchema = z.object({
  name: z.string(),
  title: z.string().optional(),
  description: z.string().optional(),
  inputSchema: jsonObjectSchema,
  outputSchema: jsonObjectSchema.optional(),
  annotations: z
    .object({
      title: z.string().optional(),
      readOnlyHint: z.boolean().optional(),
      destructiveHint: z.boolean().optional(),
      idempotentHint: z.boolean().optional(),
      openWorldHint: z.boolean().optional(),
    })
    .optional(),
});

export const mcpToolItemSchema = z.object({
  /** The server's own name. */
  tool: z.string(),
  /** What models call it by. */
  name: z.string(),
  state: z.enum(mcpToolStates),
  /** What calls can do, as it would be once it is approved. */
  risk: z.enum(toolRisks),
  /** Whose word that is: a person's in the settings, or the server's. */
  riskBy: z.enum(["person", "server"]),
  /** Of what the server says now: what an approval names. null: it has the tool no longer. */
  hash: z.string().nullable(),
  /** What the server says now. */
  seen: definitionSchema.nullable(),
  /** What was approved, and models are shown. */
  pinned: definitionSchema.nullable(),
  approvedBy: z.string().nullable(),
  approvedAt: z.string().nullable(),
  /** The one as text in which every hidden character is written out; what was approved of a tool that is gone. */
  text: z.string(),
  hidden: z.array(z.object({ path: z.string(), character: z.string(), what: z.string() })),
  /** Of one that changed: from what was approved to what it says now. */
  diff: z.array(diffLineSchema).nullable(),
});
export type McpToolItem = z.infer<typeof mcpToolItemSchema>;

export const mcpToolPageSchema = pageSchema(mcpToolItemSchema);

/** Approves what tools say, each by the hash that it is shown with. All or none. */
export const mcpToolsApproveSchema = z.strictObject({
  tools: z
    .array(z.strictObject({ tool: z.string().min(1).max(200), hash: mcpApproveSchema.shape.hash }))
    .min(1)
    .max(500),
  /** Approves also what holds characters that a reader does not see. */
  withHidden: z.boolean().default(false),
});
export type McpToolsApprove = z.input<typeof mcpToolsApproveSchema>;

export const mcpToolsWithdrawSchema = z.strictObject({
  tools: z.array(z.string().min(1).max(200)).min(1).max(500),
});

export const mcpPromptParamsSchema = mcpServerParamsSchema.extend({
  prompt: z.string().min(1).max(200),
});
export const mcpPromptPageSchema = pageSchema(mcpPromptSchema);
export const mcpPromptFillSchema = z.strictObject({
  arguments: z.record(z.string().max(200), z.string().max(100_000)).default({}),
});
export const mcpPromptFilledSchema = z.object({ messages: z.array(mcpPromptMessageSchema) });
export type McpPromptFilled = z.infer<typeof mcpPromptFilledSchema>;

/** Servers whose tools runs call over the Model Context Protocol. */
export function mcpServerClient(http: Transport) {
  const path = (name: string) => `/mcp-servers/${encodeURIComponent(name)}`;
  return {
    list: (query: PageQuery = {}) =>
      http.json<Page<McpServer>>("GET", "/mcp-servers", { query: query as never }),
    get: (name: string) => http.json<McpServer>("GET", path(name)),
    /** In place of the server of that name. */
    set: (name: string, server: McpServerSet) =>
      http.json<McpServer>("PUT", path(name), { json: server }),
    remove: (name: string) => http.json<void>("DELETE", path(name)),
    approve: (name: string, hash: string) =>
      http.json<McpServer>("POST", `${path(name)}/approve`, { json: { hash } }),
    enable: (name: string) => http.json<McpServer>("POST", `${path(name)}/enable`),
    disable: (name: string) => http.json<McpServer>("POST", `${path(name)}/disable`),
    /** Connects to it, and reads what it says of its tools. */
    test: (name: string) => http.json<McpTest>("POST", `${path(name)}/test`),
    /** Begins a sign-in at it: a person goes to the address, and comes back to the web app. */
    connect: (name: string) => http.json<McpConnect>("POST", `${path(name)}/connect`),
    /** Ends one, with what he brings back; then the server is tested. */
    finishConnect: (end: McpSignInEnd) =>
      http.json<McpTest>("POST", "/mcp-sign-ins", { json: end }),
    /** Forgets its tokens, and gives them back where that can be done. */
    disconnect: (name: string) => http.json<McpServer>("POST", `${path(name)}/disconnect`),
    tools: (name: string, query: PageQuery = {}) =>
      http.json<Page<McpToolItem>>("GET", `${path(name)}/tools`, { query: query as never }),
    /** What it has for people to start a run from. */
    prompts: (name: string) => http.json<Page<McpPrompt>>("GET", `${path(name)}/prompts`),
    /** One of those, filled in: messages to start a run with. */
    fillPrompt: (name: string, prompt: string, given: Record<string, string> = {}) =>
      http.json<McpPromptFilled>("POST", `${path(name)}/prompts/${encodeURIComponent(prompt)}`, {
        json: { arguments: given },
      }),
    approveTools: (name: string, approval: McpToolsApprove) =>
      http.json<Page<McpToolItem>>("POST", `${path(name)}/tools/approve`, { json: approval }),
    withdrawTools: (name: string, tools: string[]) =>
      http.json<Page<McpToolItem>>("POST", `${path(name)}/tools/withdraw`, { json: { tools } }),
  };
}
