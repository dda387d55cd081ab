import { createHash, createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import S3rver from "s3rver";

const secret = "S3RVER";

/**
 * An S3-compatible server on the loopback interface, behind a door that checks what the server
 * itself does not: signatures of version 4, and that a body has the hash that was signed.
 */
export async function startObjectServer(directory: string, bucket: string) {
  const configureBuckets = [{ name: bucket, configs: [] }];
  const options = { port: 0, address: "127.0.0.1", silent: true, directory, configureBuckets };
  const server = new S3rver({ ...options, allowMismatchedSignatures: false });
  const inner = await server.run();
  const door = createServer((request, response) => {
    void (async () => {
      const body = await buffer(request);
      if (!isSigned(request, body)) {
        response.writeHead(403).end("<Error><Code>SignatureDoesNotMatch</Code></Error>");
        return;
      }
      const { method, url: path, headers } = request;
      const to = { host: "127.0.0.1", port: inner.port, method, path, headers };
      const passed = httpRequest(to, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
      passed.end(body);
    })();
  });
  door.listen(0, "127.0.0.1");
  await once(door, "listening");
  const { port } = door.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    accessKeyId: "S3RVER",
    secretAccessKey: secret,
    async close() {
      door.closeAllConnections();
      door.close();
      await server.close();
    },
  };
}

const sha256 = (content: string | Buffer) => createHash("sha256").update(content).digest("hex");
const hmac = (key: string | Buffer, text: string) =>
  createHmac("sha256", key).update(text).digest();

/** Source: AWS, "Signature Version 4 signing process". */
function isSigned({ method, url = "", headers }: IncomingMessage, body: Buffer): boolean {
  const given =
    /Credential=[^/]+\/(\d+)\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=(\w+)/.exec(
      headers.authorization ?? "",
    );
  if (!given || headers["x-amz-content-sha256"] !== sha256(body)) return false;
  const [, date = "", region = "", names = "", signature] = given;
  const [path = "", query = ""] = url.split("?");
  const signed = names.split(";").map((name) => `${name}:${String(headers[name]).trim()}\n`);
  // A plus in a query is a space; its canonical form is another.
  const sorted = query.replaceAll("+", "%20").split("&").toSorted().join("&");
  const canonical = [method, path, sorted, signed.join(""), names, sha256(body)].join("\n");
  const scope = `${date}/${region}/s3/aws4_request`;
  const time = String(headers["x-amz-date"]);
  const text = ["AWS4-HMAC-SHA256", time, scope, sha256(canonical)].join("\n");
  const key = hmac(hmac(hmac(hmac(`AWS4${secret}`, date), region), "s3"), "aws4_request");
  return hmac(key, text).toString("hex") === signature;
}
