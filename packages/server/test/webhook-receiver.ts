import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface ReceivedHook {
  headers: IncomingHttpHeaders;
  body: string;
}

export interface WebhookReceiver {
  /** `host:port`. */
  host: string;
  url: string;
  received: ReceivedHook[];
  /** The statuses of the next answers; then 204. `hang`: none ever. */
  answers: (number | "hang")[];
  /** Of answers that are redirects. */
  location: string;
  /** Resolves once so many requests have come. */
  count(requests: number): Promise<void>;
  close(): Promise<void>;
}

/** The other side of a webhook, on this machine. */
export async function openWebhookReceiver(): Promise<WebhookReceiver> {
  const received: ReceivedHook[] = [];
  const waiting = new Set<() => void>();
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      received.push({ headers: request.headers, body });
      for (const look of waiting) look();
      const status = receiver.answers.shift() ?? 204;
      if (status === "hang") return;
      response.writeHead(status, receiver.location ? { location: receiver.location } : {}).end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const receiver: WebhookReceiver = {
    host,
    url: `http://${host}/hook`,
    received,
    answers: [],
    location: "",
    count: (requests) =>
      new Promise((resolve) => {
        const look = () => {
          if (received.length < requests) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return receiver;
}
