import type {
  CallToolResult,
  CompleteRequestParams,
  GetPromptResult,
  InputRequiredResult,
  Prompt,
  ReadResourceResult,
  Resource,
  ResourceTemplateType,
  ServerContext,
  Tool,
} from "@modelcontextprotocol/server";

/** What a tool, resource or prompt of an extension can ask: the protocol's own context, and the client's session. */
export type ExtensionContext = ServerContext;

export interface ExtensionTool {
  definition: Tool;
  call(
    input: Record<string, unknown>,
    context: ExtensionContext,
  ): CallToolResult | InputRequiredResult | Promise<CallToolResult | InputRequiredResult>;
}

/**
 * Tools, resources and prompts of an operator's own, beside those that the platform has. They are served by the same
 * server, behind the same sign-in; what they do is theirs to guard.
 */
export interface McpExtension {
  tools?: readonly ExtensionTool[];
  resources?: readonly Resource[];
  resourceTemplates?: readonly ResourceTemplateType[];
  /** Undefined: there is no such resource. */
  readResource?(
    uri: string,
    context: ExtensionContext,
  ): ReadResourceResult | undefined | Promise<ReadResourceResult | undefined>;
  prompts?: readonly Prompt[];
  getPrompt?(
    name: string,
    given: Record<string, string>,
    context: ExtensionContext,
  ): GetPromptResult | Promise<GetPromptResult>;
  /** Values that begin a prompt's or template's argument. */
  complete?(asked: CompleteRequestParams): readonly string[] | Promise<readonly string[]>;
}
