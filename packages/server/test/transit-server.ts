import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

interface TransitBody {
  plaintext?: string;
  ciphertext?: string;
  associated_data?: string;
}

export interface TransitServer {
  address: string;
  /** Paths that were asked for. */
  seen: string[];
  /** A new version of the key; the old ones still decrypt. */
  rotate(): void;
  close(): Promise<void>;
}

/**
 * HashiCorp Vault as far as the transit engine's `encrypt` and `decrypt` go: its paths, headers,
 * answers and errors, for one `aes256-gcm96` key.
 */
export async function startTransitServer(
  token: string,
  mount = "transit",
  key = "flotilla",
): Promise<TransitServer> {
  const versions = [randomBytes(32)];
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(request.url ?? "");
    void answer(request, response);
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const fail = (status: number, error: string) =>
      response
        .writeHead(status, { "content-type": "application/json" })
        .end(JSON.stringify({ errors: [error] }));
    const { "x-vault-token": given, "x-vault-request": isVaultRequest } = request.headers;
    if (isVaultRequest !== "true") return void fail(412, "missing X-Vault-Request header");
    if (given !== token) return void fail(403, "permission denied");
    const body = (await json(request)) as TransitBody;
    const aad = Buffer.from(body.associated_data ?? "", "base64");
    const send = (data: object) =>
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ request_id: "1", lease_id: "", renewable: false, data }));
    if (request.url === `/v1/${mount}/encrypt/${key}`) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", versions.at(-1) as Buffer, nonce);
      cipher.setAAD(aad);
      const plain = Buffer.from(body.plaintext ?? "", "base64");
      const bytes = [nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()];
      const ciphertext = `vault:v${versions.length}:${Buffer.concat(bytes).toString("base64")}`;
      return void send({ ciphertext, key_version: versions.length });
    }
    if (request.url !== `/v1/${mount}/decrypt/${key}`)
      return void fail(404, "no handler for route");
    const [, version, text] = /^vault:v(\d+):(.+)$/.exec(body.ciphertext ?? "") ?? [];
    const used = versions[Number(version) - 1];
    if (!used || !text) return void fail(400, "invalid ciphertext: no prefix");
    const bytes = Buffer.from(text, "base64");
    const decipher = createDecipheriv("aes-256-gcm", used, bytes.subarray(0, 12));
    decipher.setAAD(aad);
    decipher.setAuthTag(bytes.subarray(-16));
    try {
      const plain = [decipher.update(bytes.subarray(12, -16)), decipher.final()];
      send({ plaintext: Buffer.concat(plain).toString("base64") });
    } catch {
      fail(400, "cipher: message authentication failed");
    }
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    seen,
    rotate: () => void versions.push(randomBytes(32)),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
