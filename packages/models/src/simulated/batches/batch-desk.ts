import type { IncomingMessage, ServerResponse } from "node:http";
import { apiKeyOf } from "../api-key.ts";
import { sendJson } from "../send-json.ts";
import type { BatchJob } from "./batch-job.ts";

/** A request to one of the batch APIs. */
export interface BatchRequest {
  request: IncomingMessage;
  response: ServerResponse;
  /** The file or batch that the path names; empty when it names none. */
  id: string;
  query: URLSearchParams;
  owner: string;
}

/** Thrown for a request that is refused. */
export class BatchRefusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface BatchApi {
  /** By method and path, with ids as `*`: `GET /v1/batches/*`. */
  routes: Readonly<Record<string, (asked: BatchRequest) => Promise<void> | void>>;
  errorBody(status: number, message: string): unknown;
}

const idPattern = /\/((?:file-|batch_|msgbatch_)[^/]*)/;

/** Answers a request to a batch API; returns whether it was one. */
export async function answerBatches(
  request: IncomingMessage,
  response: ServerResponse,
  apis: readonly BatchApi[],
): Promise<boolean> {
  const { pathname, searchParams: query } = new URL(request.url ?? "/", "http://simulator");
  const id = idPattern.exec(pathname)?.[1] ?? "";
  const route = `${request.method} ${pathname.replace(idPattern, "/*")}`;
  const api = apis.find(({ routes }) => Object.hasOwn(routes, route));
  if (!api) return false;
  try {
    await api.routes[route]?.({ request, response, id, query, owner: apiKeyOf(request) });
  } catch (error) {
    if (!(error instanceof BatchRefusal)) throw error;
    sendJson(response, error.status, api.errorBody(error.status, error.message));
  }
  return true;
}

/** The batches of one API, the newest first, each seen by its own key only. */
export class BatchShelf {
  readonly #jobs: BatchJob[] = [];

  add(job: BatchJob): void {
    this.#jobs.unshift(job);
  }

  /** Throws a BatchRefusal (404) when the key has no such batch. */
  async find(owner: string, id: string): Promise<BatchJob> {
    const job = this.#jobs.find((one) => one.id === id && one.owner === owner);
    if (!job) throw new BatchRefusal(404, `There is no batch ${id}.`);
    await job.catchUp(Date.now());
    return job;
  }

  /** Those after (older than) the one with that id, at most so many. */
  async page(owner: string, after: string | null, limit: number) {
    const own = this.#jobs.filter((job) => job.owner === owner);
    const start = after === null ? 0 : own.findIndex(({ id }) => id === after) + 1;
    const jobs = own.slice(start, start + limit);
    await Promise.all(jobs.map((job) => job.catchUp(Date.now())));
    return { jobs, hasMore: start + limit < own.length };
  }

  /** Brings all to the present, so that the bill is. */
  async catchUp(): Promise<void> {
    await Promise.all(this.#jobs.map((job) => job.catchUp(Date.now())));
  }
}

/** The lines of a file of results. */
export function sendLines(response: ServerResponse, type: string, lines: readonly object[]): void {
  response.writeHead(200, { "content-type": type });
  response.end(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
}

export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
