import type { IncomingMessage, ServerResponse } from "node:http";
import { text as textOfStream } from "node:stream/consumers";
import type { JsonObject, OutgoingRequest, ToolInfo } from "@flotilla/core";
import { describe, expect, onTestFinished, test } from "vitest";
import { checkTool } from "../check/check-tool.ts";
import { serve } from "../http/test-server.ts";
import { loadTools, openTools } from "../registry.ts";
import { testContext } from "../test-context.ts";
import { petShop } from "./pet-shop.ts";
import { openApiSchema } from "./settings.ts";
import { openApiTools } from "./openapi-tools.ts";
import { apiAccess } from "./send-call.ts";
import { defaultSettings } from "../settings.ts";

interface Seen {
  line: string;
  headers: IncomingMessage["headers"];
  body: string;
}

/** A shop that answers each request with what it was asked. */
async function openShop(answer?: (response: ServerResponse, seen: Seen) => void) {
  const seen: Seen[] = [];
  const server = await serve((request, response) => {
    void textOfStream(request).then((body) => {
      const one = { line: `${request.method} ${request.url}`, headers: request.headers, body };
      seen.push(one);
      if (answer) return answer(response, one);
      response.writeHead(200, { "content-type": "application/json" });
      return response.end(JSON.stringify({ asked: one.line, body }));
    });
  });
  return { url: `http://${server.host}`, host: server.host, seen };
}

const credentials = { key: "shop-key" };
/** A vault that fills in one credential, and says so. */
const place = async (request: OutgoingRequest): Promise<OutgoingRequest> => ({
  ...request,
  headers: Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      value.replace("{{credential:shop-key}}", "the key"),
    ]),
  ),
});

async function toolsOf(text: string, host: string, settings: object = {}) {
  const source = {
    ...openApiSchema.parse({ document: "shop.yaml", credentials, ...settings }),
    text,
  };
  return loadTools({ settings: { allow: [host] }, openapi: [source] });
}

async function openShopTools(settings: object = {}, answer?: Parameters<typeof openShop>[0]) {
  const shop = await openShop(answer);
  const tools = await toolsOf(petShop(shop.url), shop.host, settings);
  const call = (name: string, input: JsonObject) =>
    tools.call(name, input, testContext({ place, idempotencyKey: "k-1" }));
  return { ...shop, tools, call };
}

const builtIn = new Set((await openTools()).list().map(({ name }) => name));
const ownOf = (infos: ToolInfo[]) => infos.filter(({ name }) => !builtIn.has(name));

describe("the tools of a document", () => {
  test("are its operations, with what HTTP says of their methods", async () => {
    const { tools } = await openShopTools({ prefix: "shop" });
    const said = ownOf(tools.list()).map(({ name, risk, recovery, reach }) =>
      [name, risk, recovery, reach].join(" "),
    );
    expect(said).toEqual([
      "shop_add_pet write unknown own",
      "shop_get_pet read idempotent own",
      "shop_list_pets read idempotent own",
      "shop_post_search write unknown own",
      "shop_remove_pet destructive idempotent own",
      "shop_replace_pet write idempotent own",
    ]);
    const { description, input } = tools.get("shop_add_pet");
    expect(description).toContain("Operation of Pet shop.");
    expect(input).toEqual({
      type: "object",
      properties: { body: { $ref: "#/$defs/Pet" } },
      required: ["body"],
      additionalProperties: false,
      $defs: {
        Pet: {
          type: "object",
          required: ["name"],
          additionalProperties: false,
          properties: {
            name: { type: "string", examples: ["Rex"] },
            weight: { type: "number", exclusiveMinimum: 0 },
            owner: { type: "object", properties: { email: { type: ["string", "null"] } } },
            children: { type: "array", items: { $ref: "#/$defs/Pet" } },
          },
        },
      },
    });
  });

  test("reach an address that the operator has not allowed only as others do", async () => {
    const source = openApiSchema.parse({ document: "shop.yaml", credentials });
    const settings = { ...defaultSettings, allow: [] };
    const tools = await openApiTools(
      source,
      petShop("https://shop.example.com"),
      apiAccess(settings),
    );
    expect(new Set(tools.map(({ tool }) => tool.info.reach))).toEqual(new Set(["open"]));
    const inside = await openApiTools(
      source,
      petShop("http://169.254.169.254"),
      apiAccess(settings),
    );
    const get = inside.find(({ tool }) => tool.info.name === "get_pet");
    const call = get?.tool.call({ petId: "1" }, { ...testContext(), fetch });
    await expect(call).rejects.toMatchObject({ code: "tool_forbidden" });
  });

  test("keep to the contract of tools", async () => {
    const shop = await openShop();
    const source = openApiSchema.parse({ document: "shop.yaml", credentials });
    const settings = { ...defaultSettings, allow: [shop.host] };
    const tools = await openApiTools(source, petShop(shop.url), apiAccess(settings));
    const pet = { name: "Rex", children: [{ name: "Rexy" }] };
    const inputs: Record<string, JsonObject> = {
      list_pets: { limit: 3, tags: ["a"] },
      get_pet: { petId: "7" },
      add_pet: { body: pet },
      replace_pet: { petId: "7", body: pet },
      remove_pet: { petId: "7" },
      post_search: { body: { q: "rex" } },
    };
    for (const { tool } of tools) {
      const samples = [{ input: inputs[tool.info.name] ?? {} }];
      const report = await checkTool(tool, { samples, context: { place } });
      const wrong = report.checks.filter(({ outcome }) => outcome !== "passed");
      expect(wrong, tool.info.name).toEqual([]);
    }
  });
});

describe("a call", () => {
  test("puts each value where the document says", async () => {
    const { call, seen } = await openShopTools();
    const input = {
      limit: 5,
      tags: ["a b", "c&d"],
      colours: ["red", "blue"],
      where: { age: "3" },
      "X-Trace": "t\r\nx-evil: 1",
    };
    expect(await call("list_pets", input)).toMatchObject({
      status: 200,
      body: {
        asked: "GET /v1/pets?limit=5&tags=a%20b&tags=c%26d&colours=red%2Cblue&where%5Bage%5D=3",
      },
    });
    expect(seen[0]?.headers).toMatchObject({ "x-shop-key": "the key", "x-trace": "t x-evil: 1" });
    expect(seen[0]?.headers).not.toHaveProperty("idempotency-key");
    await call("get_pet", { petId: "../../etc/passwd?a=b#c" });
    expect(seen[1]?.line).toBe("GET /v1/pets/..%2F..%2Fetc%2Fpasswd%3Fa%3Db%23c");
    await call("add_pet", { body: { name: "Rex" } });
    expect(seen[2]).toMatchObject({
      line: "POST /v1/pets",
      body: '{"name":"Rex"}',
      headers: { "content-type": "application/json", "idempotency-key": "k-1" },
    });
    await call("post_search", { body: { q: "rex & co" } });
    expect(seen[3]).toMatchObject({ body: "q=rex+%26+co" });
    expect(seen[3]?.headers).not.toHaveProperty("x-shop-key");
  });

  test("that does not fit is refused before anything is sent", async () => {
    const { call, seen } = await openShopTools();
    const wrong: [string, JsonObject][] = [
      ["list_pets", { limit: 101 }],
      ["list_pets", { page: 2 }],
      ["get_pet", {}],
      ["get_pet", { petId: ".." }],
      ["get_pet", { petId: "" }],
      ["add_pet", { body: { name: "Rex", children: [{ nam: "x" }] } }],
      ["add_pet", { body: { id: 7, name: "Rex" } }],
    ];
    for (const [name, input] of wrong) {
      await expect(call(name, input), name).rejects.toMatchObject({ code: "tool_input_invalid" });
    }
    expect(seen).toEqual([]);
  });

  test("tells what the service says of a failure, and whether it may pass", async () => {
    const answers = [404, 429, 503, 302];
    const { call } = await openShopTools({}, (response) => {
      const status = answers.shift() ?? 500;
      response.writeHead(status, { "retry-after": "2", location: "http://169.254.169.254/" });
      response.end(status === 404 ? "no such pet" : "");
    });
    await expect(call("get_pet", { petId: "1" })).rejects.toMatchObject({
      code: "tool_failed",
      message: "get_pet was answered with 404: no such pet",
      transient: false,
    });
    await expect(call("get_pet", { petId: "1" })).rejects.toMatchObject({
      transient: true,
      retryAfterMs: 2_000,
    });
    await expect(call("add_pet", { body: { name: "a" } })).rejects.toMatchObject({
      transient: false,
    });
    expect(await call("get_pet", { petId: "1" })).toEqual({ status: 302, body: null });
  });

  test("with an answer that is too long or no JSON", async () => {
    const bodies = ["x".repeat(2 * 1024 * 1024), "plain"];
    const { call } = await openShopTools({}, (response) => void response.end(bodies.shift()));
    await expect(call("get_pet", { petId: "1" })).rejects.toThrow("more than 1048576 bytes");
    expect(await call("get_pet", { petId: "1" })).toEqual({ status: 200, body: "plain" });
  });
});

describe("the settings", () => {
  test("choose operations by id, by method and path, and leave others out", async () => {
    const names = async (settings: object) =>
      ownOf((await openShopTools(settings)).tools.list()).map(({ name }) => name);
    expect(await names({ include: ["*Pet"], exclude: ["delete /pets/*"] })).toEqual([
      "add_pet",
      "get_pet",
      "replace_pet",
    ]);
    expect(await names({ include: ["GET /pets"] })).toEqual(["list_pets"]);
  });

  test.each([
    [{ include: ["fetchPet"] }, /no operation "fetchPet"/, /It has: listPets/],
    [
      { include: ["addPhoto"] },
      /addPhoto \(post .*\) cannot be called: its body is multipart/,
      /exclude/,
    ],
    [{ credentials: {} }, /listPets .*no credential for its security scheme key/, /credentials/],
    [{ exclude: ["*"] }, /none of its operations can be called/, /include/],
  ])("%o is refused", async (settings, message, remedy) => {
    await expect(openShopTools(settings)).rejects.toMatchObject({
      code: "config_invalid",
      message: expect.stringMatching(message) as string,
      remedy: expect.stringMatching(remedy) as string,
    });
  });

  test.each([
    ["{", /neither JSON nor YAML/],
    ["just text", /it is no object/],
    ["openapi: 3.0.3\ninfo: {}\npaths: {}", /\/info must have required property 'title'/],
    [petShop("ftp://x"), /it says no server/],
    [
      petShop("http://x").replace('"#/components/parameters/petId"', "http://169.254.169.254/x"),
      /refers to another document, "http:\/\/169/,
    ],
    [
      petShop("http://x").replace('"#/components/schemas/Owner"', "./owner.yaml"),
      /refers to another document, ".\/owner.yaml"/,
    ],
    [
      petShop("http://x").replace("operationId: getPet", "operationId: list-pets"),
      /are both list_pets/,
    ],
  ])("a document that is wrong is told by its name: %#", async (text, message) => {
    await expect(toolsOf(text, "127.0.0.1:1")).rejects.toMatchObject({
      code: "config_invalid",
      message: expect.stringMatching(message) as string,
    });
  });

  test("a document of shared schemas does not grow without end", async () => {
    const level = (n: number) =>
      `    L${n}: { type: object, properties: { ${"abcdefghij"
        .split("")
        .map((name) => `${name}: { $ref: "#/components/schemas/L${n + 1}" }`)
        .join(", ")} } }`;
    const bomb = petShop("http://x").replace(
      "    Owner: {",
      `${Array.from({ length: 9 }, (_, n) => level(n)).join("\n")}\n    L9: { type: string }\n    Owner: { $ref: "#/components/schemas/L0" }\n    Old: {`,
    );
    const settings = { include: ["addPet"] };
    await expect(toolsOf(bomb, "127.0.0.1:1", settings)).rejects.toThrow("its input is too large");
  });
});

test("a process of its own for calls makes the same tools of the document", async () => {
  const shop = await openShop();
  const source = { ...openApiSchema.parse({ document: "shop.yaml", credentials }) };
  const opened = await openTools({
    settings: { allow: [shop.host] },
    openapi: [{ ...source, text: petShop(shop.url) }],
  });
  onTestFinished(() => opened.close());
  const answer = await opened.apart.call("get_pet", { petId: "7" }, testContext({ place }), false);
  expect(answer).toMatchObject({ status: 200, body: { asked: "GET /v1/pets/7" } });
});

test("a document is read from a file or an allowed address, and told when it cannot be", async () => {
  const shop = await openShop((response, { line }) => {
    if (line !== "GET /openapi.yaml") response.writeHead(404);
    response.end(petShop(`http://${response.req.headers.host}`));
  });
  const of = (document: string, allow: string[]) =>
    loadTools({ settings: { allow }, openapi: [openApiSchema.parse({ document, credentials })] });
  const tools = await of(`${shop.url}/openapi.yaml`, [shop.host]);
  expect(tools.get("get_pet").risk).toBe("read");
  await expect(of(`${shop.url}/openapi.yaml`, [])).rejects.toThrow(
    /cannot be read: .*not a public address/,
  );
  await expect(of(`${shop.url}/gone.yaml`, [shop.host])).rejects.toThrow(/answered with 404/);
  await expect(of("/nowhere/at/all.yaml", [])).rejects.toThrow(/cannot be read: ENOENT/);
});
