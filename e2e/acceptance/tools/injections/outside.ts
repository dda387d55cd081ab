import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** A web server of the test's own. */
export interface WebServer {
  /** `http://127.0.0.1:<port>` */
  url: string;
  /** `127.0.0.1:<port>` */
  host: string;
  close(): Promise<void>;
}

/** A request that came to the attacker, with all that it carried. */
export interface Hit {
  method: string;
  text: string;
}

/** Where attackers want things to arrive. It answers everything, and keeps it. */
export async function startEvilServer(hits: Hit[]): Promise<WebServer> {
  return serve(async (request, response) => {
    const body = await text(request);
    const { method = "", url = "", headers } = request;
    hits.push({ method, text: `${decodeURIComponent(url)} ${JSON.stringify(headers)} ${body}` });
    response.end("thank you");
  });
}

/** Pages by their path; a page that is not there is a 404. */
export async function startPages(
  pages: ReadonlyMap<string, { type: string; body: string }>,
): Promise<WebServer> {
  return serve(async (request, response) => {
    const page = pages.get(request.url ?? "");
    response.statusCode = page ? 200 : 404;
    response.setHeader("content-type", page?.type ?? "text/plain");
    response.end(page?.body ?? "There is nothing here.");
  });
}

async function serve(
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<WebServer> {
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${host}`,
    host,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
