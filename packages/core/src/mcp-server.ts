import { z } from "zod";
import { environmentSchema } from "./caller.ts";
import type { CredentialScope } from "./credential.ts";
import { globSchema } from "./glob.ts";
import type { Json, JsonObject } from "./json.ts";
import { mcpOauthSchema, mcpSignInSchema } from "./mcp-sign-in.ts";
import { organisationSchema } from "./organisation.ts";
import { toolRisks } from "./port.ts";

/** Unique within an organisation's environment; its tools are called `<name>__<tool>`. */
export const mcpServerNameSchema = z
  .string()
  .regex(
    /^[a-z](?:[a-z0-9]|_(?!_)){0,22}[a-z0-9]$|^[a-z]$/,
    "use 1 to 24 of a-z, 0-9 and single _, with a letter first and no _ last",
  );

const httpTransportSchema = z.strictObject({
  kind: z.literal("http"),
  url: z.url({ protocol: /^https?$/, error: "not an http or https URL" }).max(2_000),
  /** May hold credentials by their names: `Bearer {{credential:github}}`. */
  headers: z
    .record(z.string().regex(/^[a-z0-9-]{1,64}$/, "use lower case"), z.string().max(4_000))
    .default({}),
  /** How the platform signs in at it, where that is to be said. Left out: it is found out. */
  oauth: mcpOauthSchema.optional(),
});

const stdioTransportSchema = z.strictObject({
  kind: z.literal("stdio"),
  command: z.string().min(1).max(1_000),
  args: z.array(z.string().max(4_000)).max(100).default([]),
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string().max(4_000)).default({}),
  /** Files and folders that it may read beside the system's, absolute. */
  readable: z.array(z.string().regex(/^\//, "not an absolute path").max(1_000)).max(20).default([]),
});

/** How a server is reached. What is approved of it is just this, by the hash of it. */
export const mcpTransportSchema = z.discriminatedUnion("kind", [
  httpTransportSchema,
  stdioTransportSchema,
]);
export type McpTransport = z.output<typeof mcpTransportSchema>;

/** What is set of a server. */
export const mcpServerSpecSchema = z.strictObject({
  name: mcpServerNameSchema,
  transport: mcpTransportSchema,
  /** Which of the tools it has may be used, by the server's own names, with `*` for any text. */
  tools: z.array(globSchema).max(100).default(["*"]),
  /** What a person says a tool's calls can do, by the server's own name of it. */
  risks: z.record(z.string().min(1).max(200), z.enum(toolRisks)).default({}),
  /** It may ask this platform's models, under the budget of the run whose call it is. */
  sampling: z.boolean().default(false),
  /** How long a call may take. */
  timeoutSeconds: z.int().min(1).max(3_600).default(60),
});
export type McpServerSpec = z.output<typeof mcpServerSpecSchema>;

/**
 * `pending`: nobody has approved its transport. `needs_sign_in`: somebody has to sign in at it. `changed`: what some of its
 * tools say is not what was approved.
 */
export const mcpServerStates = [
  "pending",
  "active",
  "needs_sign_in",
  "changed",
  "disabled",
] as const;
export const mcpServerStateSchema = z.enum(mcpServerStates);

export const mcpServerSchema = mcpServerSpecSchema.extend({
  id: z.string(),
  organisation: organisationSchema,
  environment: environmentSchema,
  state: mcpServerStateSchema,
  /** Of the transport: what an approval names. */
  hash: z.string(),
  approvedBy: z.string().nullable(),
  createdBy: z.string(),
  createdAt: z.iso.datetime(),
  /** When somebody last looked what tools it has. */
  seenAt: z.iso.datetime().nullable(),
  /** What was wrong then. */
  error: z.string().nullable(),
  /** What it said of itself: its name, version and the protocol's. */
  about: z
    .object({
      name: z.string(),
      version: z.string(),
      protocol: z.string(),
      /** It has resources to read, prompts to start from. */
      resources: z.boolean(),
      prompts: z.boolean(),
    })
    .nullable(),
  /** null: it never asked for one. */
  signIn: mcpSignInSchema.nullable(),
  /** Its tools that may be called, and those that wait for an approval. */
  approvedTools: z.int(),
  waitingTools: z.int(),
});
export type McpServer = z.infer<typeof mcpServerSchema>;

/** What is set of a server, as it is given to set it again. */
export function mcpServerSettings({
  transport,
  tools,
  risks,
  sampling,
  timeoutSeconds,
}: McpServer): Omit<McpServerSpec, "name"> {
  return { transport, tools, risks, sampling, timeoutSeconds };
}

/** What a server says of a tool. What is approved is just this, by the hash of it. */
export interface McpDefinition {
  /** The server's own name of the tool. */
  name: string;
  title?: string;
  description?: string;
  inputSchema: JsonObject;
  outputSchema?: JsonObject;
  annotations?: McpAnnotations;
}

/** What a server claims of a tool's calls. */
export interface McpAnnotations {
  title?: string;
  readOnlyHint?: boolean;
  destructiveHint?: boolean;
  idempotentHint?: boolean;
  openWorldHint?: boolean;
}

/**
 * `new`: never approved. `changed`: it says something else than what was approved, and is held back until that is.
 * `gone`: approved, and the server has it no longer.
 */
export const mcpToolStates = ["new", "approved", "changed", "gone"] as const;
export type McpToolState = (typeof mcpToolStates)[number];

/** A tool of a server as it is kept. */
export interface McpTool {
  /** The server's own name. */
  tool: string;
  /** What models call it by: `<server>__<tool>`. */
  name: string;
  /** What was approved; null: nothing. */
  pinned: McpDefinition | null;
  pinnedHash: string | null;
  approvedBy: string | null;
  approvedAt: string | null;
  /** What the server says now; null: it has it no longer. */
  seen: McpDefinition | null;
  seenHash: string | null;
}

export function mcpToolState({ pinnedHash, seenHash }: McpTool): McpToolState {
  if (pinnedHash === null) return "new";
  if (seenHash === null) return "gone";
  return seenHash === pinnedHash ? "approved" : "changed";
}

/** What a server was seen to say of a tool. */
export interface SeenMcpTool {
  /** The server's own name. */
  tool: string;
  /** What models would call it by; one that is known keeps its name. */
  name: string;
  hash: string;
  definition: McpDefinition;
}

/** A server with its tools, for those who call them. */
export interface McpServerEntry {
  server: McpServer;
  tools: McpTool[];
}

/** What was found when somebody looked at a server. */
export interface McpSighting {
  about: McpServer["about"];
  error: string | null;
  /** null: they could not be read, and what was known of them stands. */
  tools: SeenMcpTool[] | null;
}

/** Where servers are kept, for those who call their tools. */
export interface McpStore {
  /** Those that are not disabled and were approved, with their tools. */
  of(place: CredentialScope): Promise<McpServerEntry[]>;
  /** Keeps what was seen; whoever has the tools in memory is told, if it is something new. */
  see(serverId: string, sighting: McpSighting): Promise<void>;
  onChange(callback: (organisation: string) => void): () => void;
  onCatchUp(callback: () => void): () => void;
}

/** What a server has for people to start a run from. */
export const mcpPromptSchema = z.object({
  name: z.string(),
  title: z.string().optional(),
  description: z.string().optional(),
  arguments: z.array(
    z.object({ name: z.string(), description: z.string().optional(), required: z.boolean() }),
  ),
});
export type McpPrompt = z.infer<typeof mcpPromptSchema>;

export const mcpPromptMessageSchema = z.object({
  role: z.enum(["user", "assistant"]),
  text: z.string(),
});
export type McpPromptMessage = z.infer<typeof mcpPromptMessageSchema>;

/** A value of a definition that Json has the form of. */
export function definitionJson(definition: McpDefinition): Json {
  return definition as unknown as Json;
}

/** Whether a tool's name, or a pattern of names, is of an MCP server: `github__*`. */
export function isServerTool(name: string): boolean {
  return name.includes("__");
}
