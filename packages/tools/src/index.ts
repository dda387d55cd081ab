export { evaluateExpression, type EvaluateExpression } from "./expression/evaluate-expression.ts";
export { openConnectionTester, type ConnectionTester } from "./connection/try-connection.ts";
export { checkFiles, type FileReport } from "./check/check-files.ts";
export { checkTool, type CheckTool } from "./check/check-tool.ts";
export type { Sample, ToolCheck, ToolReport } from "./check/tool-report.ts";
export { openOutgoing, type Outgoing } from "./http/outgoing.ts";
export { mostDocumentBytes, parseDocument } from "./documents/parse-document.ts";
export { sniff } from "./documents/sniff.ts";
export { UnreadableError } from "./documents/unreadable.ts";
export { definitionHash, transportHash } from "./mcp/definition.ts";
export { mcpRisk } from "./mcp/mcp-tool.ts";
export type { SignInAttempt } from "./mcp/oauth/begin-sign-in.ts";
export { openMcp, type Mcp, type McpParts } from "./mcp/open-mcp.ts";
export { openTools, type OpenTools } from "./registry.ts";
export { openSandbox, type OpenSandbox } from "./sandbox/open-sandbox.ts";
export type {
  Ended,
  EndReason,
  Run,
  RunEnded,
  Sandbox,
  SandboxLimits,
  SandboxSpec,
  Started,
} from "./sandbox/sandbox.ts";
export { sandboxSettingsSchema, type SandboxSettings } from "./sandbox/settings.ts";
export { sharedSandbox } from "./sandbox/shared-sandbox.ts";
export type { ToolSettings } from "./settings.ts";
export { toolSourcesSchema, type ToolSources } from "./sources.ts";
export { defineTool, type Tool, type ToolDefinition } from "./tool.ts";
export { describeEnd } from "./watchdog/process-end.ts";
export { startWatchdog } from "./watchdog/watchdog.ts";
