import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestServer, type TestServer } from "./open-test-server.ts";

interface Schema {
  $ref?: string;
  type?: string;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  properties?: Record<string, Schema>;
  additionalProperties?: unknown;
}

interface Operation {
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, { schema?: Schema }> }>;
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

let server: TestServer;
let document: Document;
beforeAll(async () => {
  server = await openTestServer();
  document = (await (await server.app.request("/openapi.json")).json()) as Document;
});
afterAll(() => server.close());

/** Of the platform's own API: what speaks another's keeps to that. */
function operations(): [string, Operation][] {
  return Object.entries(document.paths)
    .filter(([path]) => path.startsWith("/api/v1/") && !path.endsWith("/ag-ui"))
    .flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]): [string, Operation] => [
        `${method} ${path}`,
        operation,
      ]),
    );
}

/** The schemas that a value may have, with references followed. */
function branches(schema: Schema): Schema[] {
  const name = schema.$ref?.split("/").at(-1);
  if (name) return branches(document.components.schemas[name] ?? {});
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.flatMap(branches);
  if (!schema.allOf) return [schema];
  const parts = schema.allOf.flatMap(branches);
  return [Object.assign({}, ...parts) as Schema];
}

test("every body is refused that has a field that is not known", () => {
  const lax = operations().flatMap(([name, { requestBody }]) => {
    const schema = requestBody?.content["application/json"]?.schema;
    const objects = schema ? branches(schema).filter(({ type }) => type === "object") : [];
    return objects.every((one) => one.additionalProperties === false) ? [] : [name];
  });
  expect(lax).toEqual([]);
});

/** What somebody has configured or set up by hand: it fits on a page. */
const short = [
  ...["models", "routes", "tools", "health/components", "log-level"],
  "credentials/{name}/uses",
].map((noun) => `/api/v1/${noun}`);

test("every list that can be long comes in pages", () => {
  const whole = operations().flatMap(([name, { responses }]) => {
    const schema = responses["200"]?.content?.["application/json"]?.schema;
    const lists = schema ? branches(schema).filter(({ properties }) => properties?.["items"]) : [];
    const paged = lists.every(
      ({ properties = {} }) => properties["nextCursor"] ?? properties["nextAfter"],
    );
    return paged ? [] : [name];
  });
  expect(whole.filter((name) => !short.includes(name.split(" ")[1] ?? ""))).toEqual([]);
});
