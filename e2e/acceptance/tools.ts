import type { Claim } from "./claim.ts";
import { a2a } from "./tools/a2a.ts";
import { calendar } from "./tools/calendar.ts";
import { documents } from "./tools/documents.ts";
import { everything } from "./tools/everything.ts";
import { hostileMcp } from "./tools/hostile-mcp.ts";
import { image } from "./tools/image.ts";
import { injections } from "./tools/injections.ts";
import { mail } from "./tools/mail.ts";
import { mcpClient } from "./tools/mcp-client.ts";
import { mcpServer } from "./tools/mcp-server.ts";
import { policy } from "./tools/policy.ts";
import { refusals } from "./tools/refusals.ts";
import { sandbox } from "./tools/sandbox.ts";
import { sdk } from "./tools/sdk.ts";
import { ssrf } from "./tools/ssrf.ts";

/** Tools: made by anybody in one file, built in, from elsewhere, contained. */
export const tools: readonly Claim[] = [
  a2a,
  calendar,
  everything,
  hostileMcp,
  image,
  injections,
  mail,
  mcpClient,
  mcpServer,
  policy,
  refusals,
  sandbox,
  sdk,
  ssrf,
  documents,
];
