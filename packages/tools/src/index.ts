export { openTools, type OpenTools } from "./registry.ts";
export type { ToolSettings } from "./settings.ts";
export { defineTool, type Tool, type ToolDefinition } from "./tool.ts";
