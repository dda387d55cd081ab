import { createServer, request, type IncomingMessage } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";

/** A reverse proxy that shows a server below a path, as nginx does with `location /path/ { proxy_pass http://server/; }`. */
export interface PrefixProxy {
  /** Of what is behind it, without a slash at its end. */
  url: string;
  /** WebSockets that went through it. */
  sockets(): number;
  close(): Promise<void>;
}

/**
 * What is not below the path answers 404, so that a page that asks elsewhere is found out.
 *
 * @param target tells the address behind it at each request: a server that has to know the proxy's starts after it
 */
export async function startPrefixProxy(prefix: string, target: () => string): Promise<PrefixProxy> {
  let sockets = 0;
  const open = new Set<Socket>();
  const server = createServer((asked, answer) => {
    const path = pathBehind(asked, prefix);
    if (path === undefined) return void answer.writeHead(404).end("not below the path");
    const { hostname, port } = new URL(target());
    const { method, headers } = asked;
    const onward = request({ hostname, port, path, method, headers }, (answered) => {
      answer.writeHead(answered.statusCode ?? 502, answered.headers);
      answered.pipe(answer);
    });
    onward.on("error", () => answer.destroy());
    answer.on("close", () => onward.destroy());
    asked.pipe(onward);
  });
  server.on("upgrade", (asked: IncomingMessage, client: Socket, head: Buffer) => {
    const path = pathBehind(asked, prefix);
    if (path === undefined) return void client.destroy();
    sockets += 1;
    const { hostname, port } = new URL(target());
    const onward = connect(Number(port), hostname, () => {
      onward.write(`GET ${path} HTTP/1.1\r\n${rawHeaders(asked)}\r\n`);
      onward.write(head);
      client.pipe(onward).pipe(client);
    });
    for (const [one, other] of [
      [client, onward],
      [onward, client],
    ] as const) {
      open.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        open.delete(one);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}${prefix}`,
    sockets: () => sockets,
    close: async () => {
      for (const socket of open) socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

function pathBehind({ url = "/" }: IncomingMessage, prefix: string): string | undefined {
  return url.startsWith(`${prefix}/`) ? url.slice(prefix.length) : undefined;
}

function rawHeaders({ rawHeaders: pairs }: IncomingMessage): string {
  return pairs.map((text, i) => (i % 2 === 0 ? `${text}: ` : `${text}\r\n`)).join("");
}
