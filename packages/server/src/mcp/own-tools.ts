import type { McpTool } from "./tool.ts";
import { batchTools } from "./tools/batch-tools.ts";
import { inboxTools } from "./tools/inbox-tools.ts";
import { runTools } from "./tools/run-tools.ts";

/** Tools that there are whatever the agents are. */
export const ownTools: readonly McpTool[] = [...runTools, ...batchTools, ...inboxTools];
