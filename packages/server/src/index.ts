export type { Config } from "./config.ts";
export { loadConfig } from "./load-config.ts";
export type { ExtensionTool, McpExtension } from "./mcp/extension.ts";
export { makeAdminLink } from "./make-admin-link.ts";
export { runPlatform, type PlatformOptions } from "./run-platform.ts";
export { runWorker, type WorkerOptions } from "./run-worker.ts";
