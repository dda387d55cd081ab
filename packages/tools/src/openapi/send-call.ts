import { FlotillaError, type Json, type ToolInfo } from "@flotilla/core";
import type { Dispatcher } from "undici";
import { cutToJson } from "../cut.ts";
import { checkDestination, parseAllowList, type AllowList } from "../http/destination.ts";
import { exchange, type Answer } from "../http/exchange.ts";
import { openNetwork } from "../http/network.ts";
import { textOf } from "../http/text.ts";
import type { ToolSettings } from "../settings.ts";
import type { ToolCall } from "../tool.ts";
import type { PlannedRequest } from "./call-plan.ts";

export interface ApiAccess {
  network: Dispatcher;
  allow: AllowList;
  maxResponseBytes: number;
}

/** How the operations of documents are called under these settings. */
export function apiAccess(settings: Required<ToolSettings>): ApiAccess {
  const allow = parseAllowList(settings.allow);
  const network = openNetwork(allow, settings.resolve);
  return { network, allow, maxResponseBytes: settings.maxResponseBytes };
}

const busy = [408, 425, 429, 502, 503, 504];
const mostSaid = 2_000;

/**
 * Sends the request through the guarded network, with the call's key where it changes something. Redirects are answers: a
 * body and credentials go where the document says, and nowhere else. Throws `tool_failed` with what the answer says unless it
 * is 2xx or 3xx.
 */
export async function sendCall(
  { url, headers, body }: PlannedRequest,
  method: Dispatcher.HttpMethod,
  info: ToolInfo,
  { network, allow, maxResponseBytes }: ApiAccess,
  context: ToolCall,
): Promise<Json> {
  const answer = await exchange(
    {
      method,
      url: checkDestination(url, allow),
      headers: {
        ...headers,
        traceparent: context.traceParent,
        ...(info.risk !== "read" && { "idempotency-key": context.idempotencyKey }),
      },
      ...(body !== undefined && { body }),
    },
    {
      network,
      signal: context.signal,
      maxBytes: maxResponseBytes,
      repeatable: info.recovery === "idempotent",
      place: context.place,
    },
  );
  if (answer.status >= 400) throw await failed(info, answer);
  return { status: answer.status, body: await contentOf(info, answer) };
}

async function contentOf({ name }: ToolInfo, answer: Answer): Promise<Json> {
  const type = answer.headers["content-type"] ?? "";
  if (answer.truncated) {
    throw new FlotillaError(
      "tool_failed",
      `${name} answered with more than ${answer.body.length} bytes.`,
      {
        remedy: "Ask for less: a page, a filter or fewer fields.",
      },
    );
  }
  if (answer.body.length === 0) return null;
  const { text, note } = await textOf(answer, type || undefined);
  if (note !== undefined) return { note };
  if (!/json/i.test(type)) return text;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

async function failed({ name, recovery }: ToolInfo, answer: Answer): Promise<FlotillaError> {
  const { text } = await textOf(answer, answer.headers["content-type"]);
  const said = cutToJson(text, mostSaid).text;
  const isBusy = busy.includes(answer.status);
  const seconds = Number(answer.headers["retry-after"]);
  return new FlotillaError(
    "tool_failed",
    `${name} was answered with ${answer.status}: ${said || "nothing"}`,
    {
      transient: isBusy && (recovery === "idempotent" || answer.status === 429),
      ...(Number.isFinite(seconds) && seconds > 0 && { retryAfterMs: seconds * 1_000 }),
      remedy: isBusy ? "It is tried again." : "See what the service says, and change the input.",
    },
  );
}
