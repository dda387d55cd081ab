import { FlotillaError, newId, roles, type Caller, type Role } from "@flotilla/core";
import { expect, it } from "vitest";
import type { AccessPort } from "../src/access/access.ts";
import { bringTo, createRun } from "../../store/test/sample-run.ts";
import { openTestServer, type TestServer } from "./open-test-server.ts";
import { bodyOf, matrixFaults, type Asker, type Matrix } from "./route-matrix.ts";

/** Access for members, each named by his organisation and role. */
function memberAccess({ store }: TestServer): AccessPort {
  return {
    signIn: "required",
    async identify(request) {
      const [organisation, role] = request.header("x-asker")?.split(" ") ?? [];
      if (!organisation) throw new FlotillaError("unauthenticated", "Nobody asks.");
      const caller: Caller = {
        kind: "user",
        id: `usr_${role}`,
        name: String(role),
        organisation,
        environment: "prod",
        role: role as Role,
        instance: false,
      };
      return caller;
    },
    rules: (organisation) => store.rules.of(organisation),
  };
}

const someError = {
  organisation: "default",
  fingerprint: "f",
  source: "run",
  code: "internal",
  title: "t",
  count: 1,
  firstAt: "2026-01-01T00:00:00.000Z",
  example: { message: "m", at: "2026-01-01T00:00:00.000Z" },
} as const;

const webhook = { target: { kind: "webhook", url: "https://hooks.example.com/x" } } as const;

async function furnish({ client, store, artifacts }: TestServer): Promise<Record<string, string>> {
  for (const role of roles) {
    await store.identity.addMember("default", `usr_${role}`, role);
  }
  await store.identity.addMember("default", "usr_guest", "viewer");
  await store.organisations.create({ id: "beta", name: "Beta" }, "usr_beta");
  const agent = await client.agents.apply({ name: "guarded", model: "simulated/demo" });
  const runId = await createRun(store, { agentId: agent.id, agentName: "guarded" });
  await bringTo(store, runId, "waiting");
  const binding = { hosts: ["api.test"], headers: ["x-key"] };
  await client.credentials.set("guarded", { kind: "header", secret: "0123456789ab", binding });
  const settings = { kind: "search", service: "brave" } as const;
  await client.connections.set("guarded", { settings });
  const rows = [{ question: "6 * 7" }, {}];
  const template = "{{question}}";
  const batch = await client.batches.create({ name: "b", agent: "guarded", template, rows });
  const forks = await client.forks.create({ name: "f", runs: [runId] });
  const budget = await client.budgets.set({
    level: "agent",
    name: "guarded",
    organisation: "default",
    limitUsd: 5,
  });
  const thread = await client.threads.create({ agent: "guarded" });
  await client.schedules.apply({
    name: "guarded",
    when: { cron: "@yearly" },
    start: { kind: "run", agent: "guarded", input: { text: "q" } },
  });
  const rule = await client.rules.add({
    effect: "allow",
    who: { kind: "user", id: "usr_guest" },
    permission: "costs.read",
  });
  const toolRule = await client.toolRules.add({ effect: "allow", tool: "guarded" });
  const transport = { kind: "http", url: "https://mcp.example.com" } as const;
  await client.mcpServers.set("guarded", { transport });
  const content = Buffer.from("large");
  const artifact = await artifacts.put({
    runId,
    organisation: "default",
    environment: "prod",
    name: "page",
    mediaType: "text/plain",
    content,
  });
  const home = store.tenant({ organisation: "default", environment: "prod" });
  const made = { userId: null, createdBy: "ann", ttlSeconds: 900, hash: Buffer.from("x") };
  const key = { name: "k", role: "viewer", scopes: null, hint: "flt_x", id: newId("key") } as const;
  await home.keys.create({ ...key, ...made });
  const invitation = { id: newId("inv"), email: "x@example.com", role: "viewer" } as const;
  await home.invitations.create({ ...invitation, ...made });
  const [noted] = await store.errors.note([someError], [newId("err")]);
  const trigger = await client.triggers.set("guarded", {
    source: { kind: "webhook" },
    start: { kind: "run", agent: "guarded", input: { text: "again" } },
  });
  await client.notifications.set("guarded", webhook);
  const { notificationId: notification } = await client.notifications.test("guarded");
  await store.notifications.spread(10);
  const [delivery] = (await client.notifications.deliveries({ notification })).items;
  return {
    triggerId: trigger.id,
    deliveryId: delivery?.id ?? "",
    errorId: noted?.group.id ?? "",
    name: "guarded",
    model: "guarded",
    runId,
    otherId: runId,
    responseId: runId.replace("run_", "resp_"),
    interruptId: "int_1",
    callId: "c1-0",
    batchId: batch.id,
    forkId: forks.id,
    letterId: `${batch.id}:2`,
    artifactId: artifact.id,
    budgetId: budget.id,
    threadId: thread.id,
    ruleId: rule.id,
    toolRuleId: toolRule.id,
    prompt: "greeting",
    version: "1",
    keyId: key.id,
    key: "findings",
    invitationId: invitation.id,
    organisation: "default",
    userId: "usr_guest",
  };
}

it("every route answers by its permission, and to no other organisation", async () => {
  const server = await openTestServer();
  const known = await furnish(server);
  const app = server.appWith({ access: memberAccess(server) });
  const document = await (await app.request("/openapi.json")).json();
  const ask: Matrix["ask"] = async (asker: Asker, { method, path, body, contentType }) => {
    const headers: Record<string, string> = {};
    if (asker) headers["x-asker"] = `${asker.organisation} ${asker.role}`;
    if (contentType) headers["content-type"] = contentType;
    const answer = await app.request(path, { method, headers, ...(body && { body }) });
    return { status: answer.status, body: await bodyOf(answer) };
  };
  const { asked, faults } = await matrixFaults({ document, known, ask });
  expect(faults).toEqual([]);
  expect(asked).toBeGreaterThan(1_000);

  const { paths } = document as Matrix["document"];
  const loose = { document: { paths: { ...paths, "/api/v1/x": { get: {} } } }, known, ask };
  expect((await matrixFaults(loose)).faults).toEqual(["get /x: has no rule"]);
  await server.close();
}, 300_000);
