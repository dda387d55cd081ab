import { once } from "node:events";
import { connect } from "node:net";

/** Sends the same GET again and again, `depth` of them under way on each connection. */
export async function sendPipelined(
  request: { url: string; headers: Record<string, string> },
  load: { count: number; connections: number; depth: number },
): Promise<{ refused: number; ms: number }> {
  const { count, connections, depth } = load;
  const began = performance.now();
  const share = Math.ceil(count / connections);
  const refused = await Promise.all(
    Array.from({ length: connections }, () => sendOn(request, share, depth)),
  );
  return { refused: refused.reduce((sum, one) => sum + one, 0), ms: performance.now() - began };
}

/** @returns how many answers were not 200 */
async function sendOn(
  { url, headers }: { url: string; headers: Record<string, string> },
  count: number,
  depth: number,
): Promise<number> {
  const { hostname, port, host, pathname } = new URL(url);
  const lines = Object.entries({ host, ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  const text = `GET ${pathname} HTTP/1.1\r\n${lines.join("")}\r\n`;
  const socket = connect(Number(port), hostname).setNoDelay(true).setEncoding("latin1");
  await once(socket, "connect");
  let sent = 0;
  let answered = 0;
  let refused = 0;
  let tail = "";
  const send = (most: number) => {
    const now = Math.min(most, count - sent);
    sent += now;
    if (now > 0) socket.write(text.repeat(now));
  };
  send(depth);
  for await (const piece of socket as AsyncIterable<string>) {
    // A status line that is cut in two begins with the next piece; bodies hold no such text.
    const seen = tail + piece;
    const statuses = [...seen.matchAll(/HTTP\/1\.1 (\d{3}) /g)];
    const last = statuses.at(-1);
    tail = seen.slice(last ? last.index + last[0].length : Math.max(0, seen.length - 12));
    tail = tail.slice(-12);
    answered += statuses.length;
    refused += statuses.filter(([, status]) => status !== "200").length;
    if (answered >= count) break;
    send(statuses.length);
  }
  socket.destroy();
  return refused + Math.max(0, count - answered);
}
