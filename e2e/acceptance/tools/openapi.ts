import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { ToolCalled } from "@flotilla/api";
import type { JsonObject } from "@flotilla/core";
import type { Platform } from "../../platform.ts";
import { command } from "../batch.ts";
import type { Proof } from "../claim.ts";

const libraryDocument = (url: string) => `
openapi: 3.1.0
info: { title: Library, version: 2.0.0 }
servers: [{ url: "${url}" }]
paths:
  /books/{isbn}:
    get:
      operationId: getBook
      parameters:
        - { name: isbn, in: path, required: true, schema: { type: string, pattern: "^[0-9-]+$" } }
        - { name: fields, in: query, schema: { type: array, items: { type: string } } }
      responses: { "200": { description: The book } }
  /loans:
    post:
      operationId: lendBook
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [isbn, days]
              additionalProperties: false
              properties: { isbn: { type: string }, days: { type: integer, maximum: 28 } }
      responses: { "201": { description: Lent } }
`;

/** A service that somebody else has described, and what it was asked. */
export interface Library {
  host: string;
  /** Of its document. */
  url: string;
  seen: string[];
}

export async function openLibrary(proof: Proof): Promise<Library> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    const line = `${request.method} ${request.url}`;
    if (line === "GET /openapi.yaml") {
      response.end(libraryDocument(`http://${request.headers.host}`));
      return;
    }
    seen.push(line);
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ title: "Moby-Dick", asked: line }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  proof.finally(async () => {
    server.closeAllConnections();
    server.close();
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { host, url: `http://${host}/openapi.yaml`, seen };
}

/** By hand: what fits the document is sent as it says, and what does not is not sent. */
export async function libraryCalls(
  proof: Proof,
  platform: Platform,
  library: Library,
): Promise<void> {
  const call = (name: string, input: JsonObject) => platform.client.tools.call(name, { input });
  const input = { isbn: "978-0-14", fields: ["title", "year"] };
  const { output, labels } = await call("library_get_book", input);
  proof.equals(
    "asked of the library",
    library.seen.join(),
    "GET /books/978-0-14?fields=title&fields=year",
  );
  proof.equals("labels of its answer", labels.join(), "tool");
  proof.holds(JSON.stringify(output).includes("Moby-Dick"), "the answer is not the library's");
  const wrong = [
    ["library_get_book", { isbn: "../admin" }],
    ["library_lend_book", { body: { isbn: "1", days: 99 } }],
    ["library_lend_book", { body: { isbn: "1" } }],
  ] satisfies [string, JsonObject][];
  for (const [name, misfit] of wrong) {
    const code = await call(name, misfit).then(
      () => "answered",
      (error: { code: string }) => error.code,
    );
    proof.holds(code === "tool_input_invalid", `${name} with ${JSON.stringify(misfit)} is ${code}`);
  }
  proof.equals("calls that reached the library", library.seen.length, 1);
}

/** The platform's own API, by its own document: a tool of it lists the tools, itself among them. */
export async function ownDocument(proof: Proof, platform: Platform, folder: string): Promise<void> {
  const { host, origin } = new URL(platform.url);
  const answer = await fetch(`${origin}/openapi.json`);
  const document = (await answer.json()) as { paths: object };
  proof.figure("operations of the own API", Object.keys(document.paths).length);
  const file = join(proof.folder, "own.json");
  await writeFile(file, JSON.stringify(document));
  await platform.drain();
  const source = { document: file, prefix: "own", baseUrl: origin, exclude: ["* */stream"] };
  await platform.restart({
    FLOTILLA_TOOLS: JSON.stringify({ folder, openapi: [source] }),
    FLOTILLA_HTTP_ALLOW: host,
  });
  const { items } = await platform.client.tools.list();
  const own = items.filter(({ name }) => name.startsWith("own_"));
  proof.figure("tools of the own API", own.length);
  proof.holds(own.length > 100, `the own API became ${own.length} tools`);
  const lister = own.find(({ name }) => /^own_get_(?:api_v1_)?tools$/.test(name));
  if (!lister) {
    proof.holds(
      false,
      `no tool lists the tools: ${own
        .slice(0, 20)
        .map(({ name }) => name)
        .join()}`,
    );
    return;
  }
  const { stdout } = await command(platform, "tool", "call", lister.name, "--json");
  const called = JSON.parse(stdout) as ToolCalled;
  proof.holds(JSON.stringify(called.output).includes(lister.name), "the tool does not list itself");
}
