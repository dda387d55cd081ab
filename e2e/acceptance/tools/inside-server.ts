import { once } from "node:events";
import { createServer, request, type RequestListener } from "node:http";
import type { AddressInfo, LookupFunction } from "node:net";

export interface InsideServer {
  port: number;
  /** The paths that were asked for. */
  seen: string[];
  close(): Promise<void>;
}

/** A server on every address of this machine, IPv4 and IPv6, that tells a secret to whoever asks. */
export async function startInside(
  listener: RequestListener = (_request, response) => response.end("the secret of the inside"),
): Promise<InsideServer> {
  const seen: string[] = [];
  const server = createServer((asked, response) => {
    seen.push(asked.url ?? "");
    asked.resume();
    listener(asked, response);
  });
  server.listen(0, "::");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What somebody without any guard gets: the control that a target is alive. */
export async function reachUnguarded(url: string, address?: string): Promise<boolean> {
  return new Promise((resolve) => {
    const target = URL.parse(url);
    if (!target) return resolve(false);
    const lookup: LookupFunction = (_name, options, callback) => {
      const found = { address: address ?? "", family: address?.includes(":") ? 6 : 4 };
      if (options.all) callback(null, [found]);
      else callback(null, found.address, found.family);
    };
    const asked = request(
      { ...hostOf(target), path: target.pathname, ...(address !== undefined && { lookup }) },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      },
    );
    asked.setTimeout(5_000, () => asked.destroy());
    asked.once("error", () => resolve(false));
    asked.end();
  });
}

function hostOf({ hostname, port }: URL) {
  return { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port) || 80 };
}
