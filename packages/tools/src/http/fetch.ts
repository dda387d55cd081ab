import { FlotillaError, placeholdersIn, type ToolContext } from "@flotilla/core";
import type { Dispatcher } from "undici";
import { z } from "zod";
import { defineTool, type Tool } from "../tool.ts";
import { checkDestination, type AllowList } from "./destination.ts";
import { exchange, type Answer, type Question } from "./exchange.ts";
import { headersSchema, requestHeaders, withoutSecrets } from "./headers.ts";
import { answerSchema, present } from "./present.ts";
import { bodyForms, isDocument } from "./read-body.ts";

const MAX_REDIRECTS = 5;
const MAX_ATTEMPTS = 4;
/** Of a document all is needed, or nothing can be read. */
const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;
const redirects = [301, 302, 303, 307, 308];
/** Answers that say "later"; the last attempt hands them to the model instead. */
const busy = [429, 502, 503, 504];

/** What the http tools share. */
export interface HttpAccess {
  network: Dispatcher;
  allow: AllowList;
  maxResponseBytes: number;
  maxResultBytes: number;
}

/** Reads from the public web; every hop of a redirect is judged like the first. */
export function httpFetch(access: HttpAccess): Tool {
  return defineTool({
    name: "http_fetch",
    description:
      "Fetches a public http(s) URL with GET or HEAD and returns status, headers and content: of a web page " +
      "its main text as Markdown, of a PDF or an office document its text. Follows redirects. Use http_request to change something.",
    input: z.strictObject({
      url: z.string().min(1).max(8_192),
      method: z.enum(["GET", "HEAD"]).default("GET"),
      headers: headersSchema,
      as: z
        .enum(bodyForms)
        .default("readable")
        .describe(
          "readable: the main text of a web page; text: all that the page shows; raw: as it was sent",
        ),
      offset: z.int().min(0).default(0).describe("character of the body to start from"),
    }),
    output: answerSchema,
    risk: "read",
    reach: "open",
    emits: ["web"],
    destinations: ({ url }) => [url],
    recovery: "idempotent",
    // A failure speaks of the address that the model named.
    breaker: false,
    timeoutMs: 30_000,
    maxAttempts: MAX_ATTEMPTS,
    examples: [{ input: { url: "https://example.com/" } }],
    async call({ url, method, headers, as, offset }, context) {
      const first = checkDestination(url, access.allow);
      const traced = { ...requestHeaders(headers), traceparent: context.traceParent };
      const hop = { method, url: first, headers: traced };
      const answer = await follow(hop, access, context);
      if (busy.includes(answer.status) && context.attempt < MAX_ATTEMPTS) throw later(answer);
      const { maxResultBytes } = access;
      return present(answer, { as, offset, maxResultBytes, signal: context.signal });
    },
  });
}

/** Each hop is judged like the first: a credential goes along only where its binding allows it too. */
async function follow(
  first: Question,
  access: HttpAccess,
  { signal, place }: ToolContext,
): Promise<Answer> {
  const { network, allow, maxResponseBytes } = access;
  const maxBytes = (contentType: string | undefined) =>
    isDocument(contentType) ? MAX_DOCUMENT_BYTES : maxResponseBytes;
  let { url, headers } = first;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const hop = { method: first.method, url, headers };
    const answer = await exchange(hop, { network, signal, maxBytes, repeatable: true, place });
    const { location } = answer.headers;
    if (!redirects.includes(answer.status) || location === undefined) return answer;
    const next = checkDestination(location, allow, url);
    checkRedirect(next);
    if (next.origin !== url.origin) headers = withoutSecrets(headers);
    url = next;
  }
  throw new FlotillaError(
    "tool_failed",
    `${first.url.href} redirects more than ${MAX_REDIRECTS} times.`,
    { remedy: "Fetch the address it leads to, if you know it." },
  );
}

/** What stands in a redirect is the server's word, and must not ask for a secret. */
function checkRedirect(next: URL): void {
  if ([...next.searchParams.values()].every((value) => placeholdersIn(value).length === 0)) return;
  throw new FlotillaError("tool_forbidden", `${next.host} asks for a credential in a redirect.`);
}

function later(answer: Answer): FlotillaError {
  const retryAfterMs = parseRetryAfter(answer);
  return new FlotillaError("tool_failed", `${answer.url.host} answered ${answer.status}.`, {
    transient: true,
    remedy: "It is tried again.",
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

/** A date is measured against the server's own clock, so that ours does not matter. */
function parseRetryAfter({ headers }: Answer): number | undefined {
  const value = headers["retry-after"]?.trim();
  if (!value) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const wait = Date.parse(value) - Date.parse(headers.date ?? "");
  return wait >= 0 ? wait : undefined;
}
