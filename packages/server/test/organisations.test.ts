import { createClient, type Client } from "@flotilla/api";
import { FlotillaError, newId, type Role } from "@flotilla/core";
import type { Hono } from "hono";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AccessPort } from "../src/access/access.ts";
import type { ServerEnv } from "../src/app-parts.ts";
import { openTestServer, type TestServer } from "./open-test-server.ts";

let server: TestServer;
let app: Hono<ServerEnv>;

/** Whoever the header names, as the tables of members have him. */
const access: AccessPort = {
  signIn: "required",
  async identify(request) {
    const [id, organisation = "default"] = request.header("x-user")?.split(" ") ?? [];
    if (!id) throw new FlotillaError("unauthenticated", "Nobody asks.");
    const joined = await server.store.identity.memberships(id);
    const role = joined.find((one) => one.organisation === organisation)?.role;
    if (!role) throw new FlotillaError("forbidden", `${id} is no member of ${organisation}.`);
    const environment = "prod" as const;
    return { kind: "user", id, name: id, organisation, environment, role, instance: false };
  },
  rules: (organisation) => server.store.rules.of(organisation),
};

function as(user: string, organisation = "default"): Client {
  return createClient({
    baseUrl: "http://localhost",
    fetch: async (input, init) => {
      const headers = new Headers(init?.headers);
      headers.set("x-user", `${user} ${organisation}`);
      return app.request(input instanceof URL ? input.href : input, { ...init, headers });
    },
  });
}

const refused = (code: string) => expect.objectContaining({ code });

beforeAll(async () => {
  server = await openTestServer();
  app = server.appWith({ access });
  const members: Record<string, Role> = {
    olga: "owner",
    adam: "admin",
    bob: "builder",
    oscar: "operator",
    vera: "viewer",
  };
  for (const [id, role] of Object.entries(members)) {
    await server.store.identity.addMember("default", id, role);
  }
});
afterAll(() => server.close());

describe("organisations", () => {
  it("are created by owners, who own them, and are seen by their members alone", async () => {
    const made = await as("olga").organisations.create({ id: "acme", name: "Acme" });
    expect(made).toMatchObject({ id: "acme", name: "Acme" });
    await expect(as("adam").organisations.create({ id: "x", name: "X" })).rejects.toEqual(
      refused("forbidden"),
    );
    await expect(as("olga").organisations.create({ id: "acme", name: "Y" })).rejects.toEqual(
      refused("conflict"),
    );
    const ids = async (client: Client) =>
      (await client.organisations.list()).items.map((one) => one.id);
    expect(await ids(as("olga"))).toEqual(["acme", "default"]);
    expect(await ids(as("vera"))).toEqual(["default"]);
    expect(await ids(server.client)).toEqual(["acme", "default"]);
    const theirs = as("olga", "acme");
    expect(await theirs.organisations.change("acme", { name: "Acme Ltd" })).toMatchObject({
      name: "Acme Ltd",
    });
    await expect(theirs.organisations.get("default")).rejects.toEqual(refused("not_found"));
    expect((await theirs.members.list()).items).toMatchObject([{ userId: "olga", role: "owner" }]);
  });
});

describe("members", () => {
  it("get another role from those who have it, and the last owner stays", async () => {
    expect(await as("adam").members.change("vera", { role: "approver" })).toMatchObject({
      userId: "vera",
      role: "approver",
      name: null,
    });
    await expect(as("adam").members.change("vera", { role: "owner" })).rejects.toEqual(
      refused("forbidden"),
    );
    await expect(as("adam").members.remove("olga")).rejects.toEqual(refused("forbidden"));
    const olga = as("olga");
    await expect(olga.members.remove("olga")).rejects.toEqual(refused("conflict"));
    await expect(olga.members.change("olga", { role: "admin" })).rejects.toEqual(
      refused("conflict"),
    );
    await olga.members.change("adam", { role: "owner" });
    const both = await Promise.allSettled([
      olga.members.remove("adam"),
      as("adam").members.remove("olga"),
    ]);
    // However they meet, one owner is left.
    const { items } = await server.client.members.list();
    expect(items.filter((member) => member.role === "owner")).toHaveLength(1);
    expect(both.map((one) => one.status).toSorted()).toEqual(["fulfilled", "rejected"]);
    const left = items.find((member) => member.role === "owner")?.userId as string;
    await server.store.identity.addMember("default", left === "olga" ? "adam" : "olga", "admin");
    await server.store.members.changeRole("olga", "owner");
    await server.store.members.changeRole("adam", "admin");
  });
});

describe("access rules", () => {
  it("let one person run an agent that all others may not, and say why", async () => {
    const admin = as("adam");
    await as("bob").agents.apply({ name: "refunds", model: "simulated/demo" });
    const everyone = { who: { kind: "everyone" }, permission: "agents.run" } as const;
    const denied = await admin.rules.add({ effect: "deny", ...everyone, resource: "refund*" });
    const allowed = await admin.rules.add({
      effect: "allow",
      who: { kind: "user", id: "oscar" },
      permission: "agents.run",
      resource: "refunds",
    });
    const start = (user: string) => as(user).runs.start({ agent: "refunds", input: { text: "q" } });
    await expect(start("bob")).rejects.toEqual(refused("forbidden"));
    const { runId } = await start("oscar");
    const run = await as("oscar").runs.get(runId);
    expect(run).toMatchObject({ user: "oscar", startedBy: { kind: "user", role: "operator" } });

    const question = { permission: "agents.run", resource: "refunds" } as const;
    expect(await as("bob").rules.check(question)).toEqual({
      allowed: false,
      reason: "a rule denies agents.run on refund*",
      ruleId: denied.id,
    });
    const of = (id: string) => admin.rules.check({ ...question, who: { kind: "user", id } });
    expect(await of("oscar")).toMatchObject({ allowed: true, ruleId: allowed.id });
    await expect(of("nobody")).rejects.toEqual(refused("not_found"));
    const role = { kind: "role", role: "viewer" } as const;
    expect(await admin.rules.check({ ...question, who: role })).toMatchObject({ allowed: false });
    await expect(as("oscar").rules.check({ ...question, who: role })).rejects.toEqual(
      refused("forbidden"),
    );
    for (const { id } of [denied, allowed]) await admin.rules.remove(id);
    await start("bob");
  });

  it("hide agents and their runs from whom they deny reading", async () => {
    const { id } = await as("adam").rules.add({
      effect: "deny",
      who: { kind: "role", role: "operator" },
      permission: "runs.read",
      resource: "refunds",
    });
    const { items } = await as("bob").runs.list();
    expect(items.length).toBeGreaterThan(0);
    expect((await as("oscar").runs.list()).items).toEqual([]);
    const runId = items[0]?.runId as string;
    const { runs } = as("oscar");
    for (const read of [() => runs.get(runId), () => runs.events(runId)]) {
      await expect(read()).rejects.toEqual(refused("forbidden"));
    }
    await as("adam").rules.remove(id);
  });

  it("are about members and keys that are there", async () => {
    const rule = { effect: "deny", permission: "agents.run", resource: "refunds" } as const;
    const home = server.store.tenant({ organisation: "default", environment: "dev" });
    const key = { id: newId("key"), name: "k", role: "viewer", scopes: null, hint: "x" } as const;
    const hash = Buffer.from("of a rule's test");
    await home.keys.create({ ...key, hash, userId: null, createdBy: "ann", ttlSeconds: 900 });
    const { id } = await as("adam").rules.add({ ...rule, who: { kind: "key", id: key.id } });
    for (const kind of ["user", "key"] as const) {
      const who = { kind, id: "oskar" };
      await expect(as("adam").rules.add({ ...rule, who })).rejects.toEqual(refused("not_found"));
      await expect(
        as("adam").rules.change(id, { ...rule, who, environment: null }),
      ).rejects.toEqual(refused("not_found"));
    }
    await as("adam").rules.remove(id);
  });

  it("give nobody what their maker does not have, and name no resource where there is none", async () => {
    const who = { kind: "everyone" } as const;
    const add = (permission: "organisation.create" | "costs.read", resource?: string) =>
      as("adam").rules.add({ effect: "allow", who, permission, ...(resource && { resource }) });
    await expect(add("organisation.create")).rejects.toEqual(refused("forbidden"));
    await expect(add("costs.read", "triage")).rejects.toEqual(refused("invalid_request"));
    const rule = await add("costs.read");
    const changed = { ...rule, effect: "deny", environment: "dev" } as const;
    const { id, ...set } = changed;
    expect(await as("adam").rules.change(id, set)).toEqual(changed);
    expect((await as("adam").rules.list()).items).toEqual([changed]);
    await as("adam").rules.remove(id);
    await expect(as("adam").rules.get(id)).rejects.toEqual(refused("not_found"));
  });
});

describe("for whom something runs", () => {
  it("is said by the operator of the instance; everybody else runs for himself", async () => {
    const ask = { agent: "refunds", input: { text: "q" } };
    const operated = await server.client.runs.start({ ...ask, organisation: "acme", user: "zoe" });
    expect(await server.client.runs.get(operated.runId)).toMatchObject({
      organisation: "acme",
      user: "zoe",
    });
    for (const said of [{ organisation: "acme" }, { user: "zoe" }]) {
      await expect(as("oscar").runs.start({ ...ask, ...said })).rejects.toEqual(
        refused("forbidden"),
      );
    }
    const own = await as("oscar").runs.start({ ...ask, organisation: "default", user: "oscar" });
    expect(own.status).toBe("pending");
  });

  it("decides whose costs and cache are shown", async () => {
    await expect(as("vera").costs({ organisation: "acme" })).rejects.toEqual(refused("not_found"));
    await expect(as("vera").cache.get({ organisation: "acme" })).rejects.toEqual(
      refused("not_found"),
    );
    expect((await as("vera").costs()).totals.calls).toBe(0);
  });
});
