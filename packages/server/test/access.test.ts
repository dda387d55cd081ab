import { FlotillaError, localCaller, type AccessRule, type Caller } from "@flotilla/core";
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  environmentHeader,
  openAccess,
  organisationHeader,
  type AccessPort,
} from "../src/access/access.ts";
import { checkGuards, guard, guardedRoute, guardField } from "../src/access/guarded-route.ts";
import type { ServerEnv } from "../src/app-parts.ts";
import { jsonAnswers } from "../src/openapi.ts";
import { openTestServer, problemOf, send, type TestServer } from "./open-test-server.ts";

let server: TestServer;

beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

/** Access for one known caller; without the header `x-name` nobody asks. */
function accessFor(caller: Partial<Caller>, rules: AccessRule[] = []): AccessPort {
  return {
    signIn: "required",
    async identify(request) {
      if (!request.header("x-name")) throw new FlotillaError("unauthenticated", "Nobody asks.");
      return { ...localCaller, kind: "user", id: "ann", name: "Ann", instance: false, ...caller };
    },
    rules: async () => rules,
  };
}

const asAnn = { headers: { "x-name": "ann" } };

describe("a guarded route", () => {
  it("refuses those nobody knows, before it looks at what they sent", async () => {
    const app = server.appWith({ access: accessFor({ role: "owner" }) });
    const problem = await problemOf(send(app, "POST", "/runs", { nonsense: true }));
    expect(problem).toMatchObject({ status: 401, code: "unauthenticated" });
    expect(problem.remedy).toContain("Authorization");
  });

  it("refuses those whose role does not have the permission, and says which", async () => {
    const app = server.appWith({ access: accessFor({ role: "viewer" }) });
    const answer = app.request("/api/v1/agents/x", { method: "DELETE", ...asAnn });
    expect(await problemOf(answer)).toMatchObject({
      status: 403,
      code: "forbidden",
      detail: "Ann may not agents.write: the role viewer does not have agents.write.",
    });
    expect((await app.request("/api/v1/agents", asAnn)).status).toBe(200);
  });

  it("asks for the agent that is to run", async () => {
    const rule: AccessRule = {
      id: "rul_1",
      effect: "allow",
      who: { kind: "user", id: "ann" },
      permission: "agents.run",
      resource: "greeter",
      environment: null,
    };
    const app = server.appWith({ access: accessFor({ role: "viewer" }, [rule]) });
    const start = (agent: string) =>
      app.request("/api/v1/runs", {
        method: "POST",
        headers: { ...asAnn.headers, "content-type": "application/json" },
        body: JSON.stringify({ agent, input: { text: "hello" } }),
      });
    expect(await problemOf(start("refunds"))).toMatchObject({ code: "forbidden" });
    expect(await problemOf(start("greeter"))).toMatchObject({ code: "not_found" });
  });

  it("stands in the OpenAPI document with what it asks for", async () => {
    const document = (await (await server.app.request("/openapi.json")).json()) as {
      paths: Record<string, Record<string, Record<string, unknown>>>;
    };
    const needs = Object.values(document.paths).flatMap((path) =>
      Object.values(path).map((route) => route[guardField]),
    );
    expect(needs.length).toBeGreaterThan(30);
    expect(needs).not.toContain(undefined);
    expect(document.paths["/api/v1/runs"]?.["post"]?.[guardField]).toBe("agents.run");
  });
});

describe("checkGuards", () => {
  it("refuses an app with a route that was made without", () => {
    const app = new OpenAPIHono<ServerEnv>();
    const route = { method: "get", responses: jsonAnswers("Yes.", z.object({})) } as const;
    app.openapi(guardedRoute("public", { ...route, path: "/fine" }), (c) => c.json({}));
    checkGuards(app);
    app.openapi(createRoute({ ...route, path: "/open" }), (c) => c.json({}));
    expect(() => checkGuards(app)).toThrow("routes without a guard: get /open");
  });
});

describe("guard", () => {
  it("guards what is not in the document", async () => {
    const app = server.appWith({ access: accessFor({ role: "viewer" }) });
    app.get("/plain", guard("signed-in"), (c) => c.text(c.var.caller.name));
    expect((await app.request("/plain")).status).toBe(401);
    expect(await (await app.request("/plain", asAnn)).text()).toBe("Ann");
  });
});

describe("access without sign-in", () => {
  const request = (headers: Record<string, string>) => ({
    header: (name: string) => headers[name],
  });

  it("is the operator's, and one organisation's where the request names it", async () => {
    const access = openAccess();
    expect(await access.identify(request({}))).toEqual(localCaller);
    const named = { [organisationHeader]: "acme", [environmentHeader]: "dev" };
    expect(await access.identify(request(named))).toMatchObject({
      organisation: "acme",
      environment: "dev",
      role: "owner",
      instance: false,
    });
  });

  it("refuses names that are none", async () => {
    const bad = request({ [environmentHeader]: "moon" });
    await expect(openAccess().identify(bad)).rejects.toMatchObject({ code: "invalid_request" });
  });
});
