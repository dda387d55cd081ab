import { FlotillaError } from "@flotilla/core";
import { z } from "zod";
import { defineTool, type Tool } from "../tool.ts";
import { checkDestination } from "./destination.ts";
import { exchange } from "./exchange.ts";
import type { HttpAccess } from "./fetch.ts";
import { headersSchema, requestHeaders } from "./headers.ts";
import { answerSchema, present } from "./present.ts";

/**
 * Changes something elsewhere. Sends the call's idempotency key, which not every service heeds:
 * a call that was cut off is for a person to judge. Redirects are answers, since following one
 * would send the body to a place nobody named.
 */
export function httpRequest(access: HttpAccess): Tool {
  return defineTool({
    name: "http_request",
    description:
      "Sends POST, PUT, PATCH or DELETE to a public http(s) URL and returns status, headers and " +
      "text. Give the body as json, or as text with a content-type header. Follows no redirects.",
    input: z.strictObject({
      url: z.string().min(1).max(8_192),
      method: z.enum(["POST", "PUT", "PATCH", "DELETE"]),
      headers: headersSchema,
      json: z.unknown().optional().describe("body, sent as application/json"),
      text: z.string().max(1_048_576).optional().describe("body, sent as it is"),
    }),
    output: answerSchema,
    risk: "outbound",
    reach: "open",
    emits: ["web"],
    destinations: ({ url }) => [url],
    recovery: "unknown",
    // A failure speaks of the address that the model named.
    breaker: false,
    timeoutMs: 30_000,
    maxAttempts: 3,
    examples: [{ input: { url: "https://api.example.com/tickets/7", method: "DELETE" } }],
    async call({ url, method, headers, json, text }, context) {
      if (json !== undefined && text !== undefined) {
        throw new FlotillaError("tool_input_invalid", "Give either json or text, not both.");
      }
      const kind = json === undefined ? "text/plain; charset=utf-8" : "application/json";
      const body = json === undefined ? text : JSON.stringify(json);
      const question = {
        method,
        url: checkDestination(url, access.allow),
        headers: {
          ...(body !== undefined && { "content-type": kind }),
          ...requestHeaders(headers),
          "idempotency-key": context.idempotencyKey,
          traceparent: context.traceParent,
        },
        ...(body !== undefined && { body }),
      };
      const answer = await exchange(question, {
        network: access.network,
        signal: context.signal,
        maxBytes: access.maxResponseBytes,
        repeatable: false,
        place: context.place,
      });
      return present(answer, {
        as: "raw",
        offset: 0,
        maxResultBytes: access.maxResultBytes,
        signal: context.signal,
      });
    },
  });
}
