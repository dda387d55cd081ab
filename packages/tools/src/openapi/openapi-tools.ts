import { FlotillaError, toFlotillaError, type ToolInfo } from "@flotilla/core";
import { jsonTool } from "../json-tool.ts";
import type { LoadedTool } from "../load-module.ts";
import type { Tool } from "../tool.ts";
import { requestOf, type CallPlan } from "./call-plan.ts";
import type { Method, OpenApiDocument } from "./document.ts";
import { inputOf } from "./input-of.ts";
import { chosenOperations, type FoundOperation } from "./operations.ts";
import { parseDocument } from "./parse-document.ts";
import { secretsOf } from "./security.ts";
import { sendCall, type ApiAccess } from "./send-call.ts";
import type { OpenApiSettings } from "./settings.ts";

const mostTools = 500;

/** A tool for each operation of a document that the settings choose and that can be called. Rejects with `config_invalid`. */
export async function openApiTools(
  settings: OpenApiSettings,
  text: string,
  access: ApiAccess,
): Promise<LoadedTool[]> {
  const document = await parseDocument(settings.document, text);
  const baseUrl = baseUrlOf(document, settings);
  const loaded = new Map<string, LoadedTool>();
  for (const found of chosenOperations(document, settings)) {
    const tool = toolOf(document, found, settings, baseUrl, access);
    if ("problem" in tool) {
      if (found.isWanted)
        throw refused(settings, `${found.what} cannot be called: ${tool.problem}`);
      continue;
    }
    const { name } = tool.info;
    const source = `${settings.document}, operation ${found.what},`;
    const other = loaded.get(name);
    if (other) throw refused(settings, `${other.source} and ${found.what} are both ${name}`);
    loaded.set(name, { tool, source });
  }
  if (loaded.size === 0) throw refused(settings, "none of its operations can be called");
  if (loaded.size > mostTools)
    throw refused(settings, `it makes ${loaded.size} tools, more than ${mostTools}`);
  return [...loaded.values()];
}

function toolOf(
  document: OpenApiDocument,
  found: FoundOperation,
  settings: OpenApiSettings,
  baseUrl: string,
  access: ApiAccess,
): Tool | { problem: string } {
  const { operation, method, path, item, name } = found;
  const secrets = secretsOf(document, operation, settings.credentials);
  if ("problem" in secrets) {
    // A missing credential is not a property of the operation: it is told, not passed over.
    throw refused(
      settings,
      `${found.what}: ${secrets.problem}`,
      "Set tools.openapi[].credentials: { scheme: credential }, or exclude the operation.",
    );
  }
  let input: ReturnType<typeof inputOf>;
  try {
    input = inputOf(document, item, operation);
  } catch (thrown) {
    return { problem: toFlotillaError(thrown).message };
  }
  if ("problem" in input) return input;
  const { fields, body } = input;
  const plan: CallPlan = {
    method: method.toUpperCase() as CallPlan["method"],
    baseUrl,
    path,
    fields,
    body,
    ...secrets,
  };
  const isOwn = access.allow.has(hostOf(baseUrl));
  const info: ToolInfo = {
    name,
    description: descriptionOf(document, found),
    input: input.schema,
    output: answerSchema,
    reach: isOwn ? "own" : "open",
    emits: ["tool"],
    timeoutMs: Math.round(settings.timeoutSeconds * 1_000),
    ...behaviour[method],
  };
  return jsonTool({
    info,
    destinations: (asked) => [requestOf(plan, asked).url],
    call: (asked, context) => sendCall(requestOf(plan, asked), plan.method, info, access, context),
  });
}

const answerSchema = {
  type: "object",
  properties: { status: { type: "integer" }, body: {} },
  required: ["status", "body"],
};

/** What HTTP says of its methods (RFC 9110, 9.2): what may be repeated, and what changes something. */
const behaviour: Record<Method, Pick<ToolInfo, "risk" | "recovery" | "maxAttempts">> = {
  get: { risk: "read", recovery: "idempotent", maxAttempts: 3 },
  head: { risk: "read", recovery: "idempotent", maxAttempts: 3 },
  put: { risk: "write", recovery: "idempotent", maxAttempts: 3 },
  delete: { risk: "destructive", recovery: "idempotent", maxAttempts: 3 },
  post: { risk: "write", recovery: "unknown", maxAttempts: 1 },
  patch: { risk: "write", recovery: "unknown", maxAttempts: 1 },
};

function descriptionOf(
  document: OpenApiDocument,
  { operation, method, path }: FoundOperation,
): string {
  const { summary, description, deprecated } = operation;
  const said = [summary, description === summary ? undefined : description]
    .filter(Boolean)
    .join("\n");
  const text = said || `${method.toUpperCase()} ${path}`;
  const of = `Operation of ${document.info.title}${deprecated ? ", deprecated" : ""}.`;
  return `${text.slice(0, 2_000)}\n${of}`;
}

function baseUrlOf(document: OpenApiDocument, settings: OpenApiSettings): string {
  const [server] = document.servers ?? [];
  const given =
    settings.baseUrl ??
    server?.url.replace(
      /\{([^}]+)\}/g,
      (_whole, name: string) => server.variables?.[name]?.default ?? "",
    );
  const isRemote = /^https?:/.test(settings.document);
  const url = URL.parse(given ?? "", isRemote ? settings.document : undefined);
  if (!url || !/^https?:$/.test(url.protocol) || given === undefined) {
    throw refused(settings, "it says no server", "Set tools.openapi[].baseUrl.");
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}

function hostOf(baseUrl: string): string {
  const url = new URL(baseUrl);
  return `${url.hostname}:${url.port || (url.protocol === "https:" ? "443" : "80")}`;
}

function refused({ document }: OpenApiSettings, problem: string, remedy?: string): FlotillaError {
  const message = `The OpenAPI document ${document} cannot be used: ${problem}.`;
  return new FlotillaError("config_invalid", message, {
    remedy:
      remedy ??
      "Choose its operations with tools.openapi[].include and exclude, or correct the document.",
  });
}
