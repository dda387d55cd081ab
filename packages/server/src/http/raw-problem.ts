import { STATUS_CODES, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { FlotillaError, newId, type ErrorCode } from "@flotilla/core";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { problemOf } from "./problem-body.ts";

/** A refusal of a request that never reaches the app: it could not be read, or did not come. */
export interface RawProblem {
  status: ContentfulStatusCode;
  code: ErrorCode;
  message: string;
  remedy: string;
}

/** What a problem consists of on the wire. The connection ends with it. */
function encode({ status, code, message, remedy }: RawProblem) {
  const requestId = newId("req");
  const error = new FlotillaError(code, message, { remedy });
  const body = JSON.stringify(problemOf(error, status, requestId));
  const headers = {
    "content-type": "application/problem+json",
    "content-length": String(Buffer.byteLength(body)),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-request-id": requestId,
    connection: "close",
  };
  return { headers, body };
}

export function problemResponse(problem: RawProblem): Response {
  const { headers, body } = encode(problem);
  return new Response(body, { status: problem.status, headers });
}

/** As the answer to a request that Node has read. Does nothing once an answer has begun. */
export function answerRaw(outgoing: ServerResponse, problem: RawProblem): void {
  if (outgoing.headersSent) return;
  const { headers, body } = encode(problem);
  outgoing.writeHead(problem.status, headers).end(body);
}

/** As the last words on a connection on which Node has read no request. */
export function endRaw(socket: Duplex, problem: RawProblem): void {
  const { headers, body } = encode(problem);
  socket.end(rawAnswer(problem.status, Object.entries(headers), Buffer.from(body)));
}

/** An answer as HTTP/1.1 has it on the wire. */
export function rawAnswer(
  status: number,
  headers: Iterable<[name: string, value: string]>,
  body: Buffer,
): Buffer {
  const lines = Array.from(headers, ([name, value]) => `${name}: ${value}\r\n`);
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Error"}\r\n${lines.join("")}\r\n`;
  return Buffer.concat([Buffer.from(head, "latin1"), body]);
}

const plain = "Send HTTP/1.1 as RFC 9112 has it.";

/** The refusals of Node's HTTP parser, by its codes. */
const parserProblems: Readonly<Record<string, RawProblem>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    code: "too_large",
    message: "The request's headers are larger than 16 KiB.",
    remedy: "Send fewer or shorter headers and a shorter URL.",
  },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: {
    status: 413,
    code: "too_large",
    message: "The extensions of a chunk are larger than 16 KiB.",
    remedy: "Send chunks without extensions.",
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    code: "invalid_request",
    message: "The request's headers did not come in time.",
    remedy: "Send the whole of the headers at once.",
  },
};

export function parserProblem(code: string | undefined): RawProblem {
  return (
    parserProblems[code ?? ""] ?? {
      status: 400,
      code: "invalid_request",
      message: "This is not a request that can be read.",
      remedy: plain,
    }
  );
}
