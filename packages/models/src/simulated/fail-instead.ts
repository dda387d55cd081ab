import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { Fault } from "./fault.ts";
import type { Format } from "./format.ts";

type HttpFault = Extract<Fault, { kind: "http" }>;

const page = (title: string) =>
  `<!DOCTYPE html>\n<html><head><title>${title}</title></head>\n<body><h1>${title}</h1><hr>nginx</body></html>\n`;

/**
 * Faults that take the place of an answer. Resolves with whether this was one, and then once
 * the response has ended.
 */
export async function failInstead(
  response: ServerResponse,
  format: Format,
  fault: Fault,
): Promise<boolean> {
  switch (fault.kind) {
    case "http":
      await fail(response, format, fault);
      return true;
    case "header_hang":
      if (!response.closed) await once(response, "close");
      return true;
    case "html":
      response.writeHead(200, { "content-type": "text/html" });
      response.end(page("Welcome to nginx!"));
      return true;
    case "empty":
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end();
      return true;
    default:
      return false;
  }
}

async function fail(response: ServerResponse, format: Format, fault: HttpFault): Promise<void> {
  const { status, code, retryDelay, hangs } = fault;
  const message = fault.message ?? `Simulated failure with status ${status}.`;
  const type = fault.page ? "text/html" : "application/json";
  response.writeHead(status, { "content-type": type, ...timeHeaders(fault) });
  const body = fault.page
    ? page(`${status} ${message}`)
    : JSON.stringify(withDelay(format.errorBody(status, code, message), retryDelay));
  if (!hangs) {
    response.end(body);
    return;
  }
  response.write(body);
  if (!response.closed) await once(response, "close");
}

function timeHeaders({ retryAfter, retryAfterDate, clockSkew }: HttpFault) {
  const now = Date.now() + (clockSkew ?? 0) * 1_000;
  const after =
    retryAfterDate === undefined
      ? retryAfter
      : new Date(now + retryAfterDate * 1_000).toUTCString();
  return {
    ...(after !== undefined && { "retry-after": after }),
    ...(clockSkew !== undefined && { date: new Date(now).toUTCString() }),
  };
}

/** Google's way to say when to come again, in the error object. */
function withDelay(body: unknown, seconds: number | undefined): unknown {
  if (seconds === undefined) return body;
  const { error, ...rest } = body as { error: object };
  const type = "type.googleapis.com/google.rpc.RetryInfo";
  const details = [{ "@type": type, retryDelay: `${seconds}s` }];
  return { ...rest, error: { ...error, details } };
}
