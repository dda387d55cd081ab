import { fileURLToPath } from "node:url";
import { createClient, type Client, type InvitationMade, type KeyMade } from "@flotilla/api";
import { homeOrganisation, roles, type AgentSpecInput } from "@flotilla/core";
import {
  bodyOf,
  matrixFaults,
  type Asker,
  type Matrix,
} from "../../../packages/server/test/route-matrix.ts";
import { firstOwner, Person, tokenOf } from "../../person.ts";
import { startPlatform } from "../../platform.ts";
import type { Claim } from "../claim.ts";
import { eventually } from "../eventually.ts";

const organisations = [homeOrganisation, "beta"];
/** Nobody is to be slowed down here. */
const unbounded = { perMinute: 1_000_000, burst: 1_000_000 };
const turns = [
  { calls: [{ tool: "page", input: { number: 1, words: 9_000 } }] },
  { calls: [{ tool: "ask_person", input: { question: "Shall I go on?" } }] },
  { text: "read" },
];

/**
 * Every operation of the OpenAPI document, asked by nobody and by an API key of each role of the
 * organisation whose things are named and of another one: the answer follows from the operation's
 * permission, and to the other organisation nothing is there.
 */
export const matrixRoutes: Claim = {
  name: "matrix-routes",
  async prove(proof) {
    const platform = await startPlatform({
      workers: 1,
      env: { FLOTILLA_TOOLS: fileURLToPath(new URL("../../fixtures/tools", import.meta.url)) },
      config: { signIn: "required", rateLimits: { address: unbounded, caller: unbounded } },
    });
    proof.finally(() => platform.stop());
    const { url } = platform;
    const owner = await firstOwner(url, platform.adminLink);
    const keys = await makeKeys(owner);
    const auth = keys.get(`${homeOrganisation} owner`);
    const known = await furnish(createClient({ baseUrl: url, auth }), owner);
    const document = (await (await fetch(`${url}/openapi.json`)).json()) as Matrix["document"];
    const ask: Matrix["ask"] = async (asker: Asker, { method, path, body, contentType }) => {
      const headers: Record<string, string> = {};
      const key = asker && keys.get(`${asker.organisation} ${asker.role}`);
      if (key) headers.authorization = `Bearer ${key}`;
      if (contentType) headers["content-type"] = contentType;
      const answer = await fetch(url + path, { method, headers, ...(body && { body }) });
      return { status: answer.status, body: await bodyOf(answer) };
    };
    proof.tell("asking every operation as everybody");
    const { asked, faults } = await matrixFaults({ document, known, ask });
    proof.figure("operations", operationsOf(document));
    proof.figure("roles", roles.length);
    proof.figure("organisations", organisations.length);
    proof.figure("asked", asked);
    proof.figure("faults", faults.length);
    for (const fault of faults) proof.holds(false, fault);
  },
};

/** An API key of each role of both organisations, by `<organisation> <role>`. */
async function makeKeys(owner: Person): Promise<Map<string, string>> {
  await owner.json("POST", "/api/v1/organisations", { id: "beta", name: "Beta" });
  const keys = new Map<string, string>();
  for (const organisation of organisations) {
    for (const role of roles) {
      const at = { "flotilla-organisation": organisation };
      const made = await owner.json<KeyMade>("POST", "/api/v1/keys", { name: role, role }, at);
      keys.set(`${organisation} ${role}`, made.secret);
    }
  }
  return keys;
}

/** Something of the home organisation for every parameter of an address. */
async function furnish(client: Client, owner: Person): Promise<Record<string, string>> {
  const agent = (name: string, spec: Partial<AgentSpecInput> = {}) =>
    client.agents.apply({ name, model: "simulated/demo", ...spec });
  await agent("guarded", {
    model: "simulated/script",
    instructions: JSON.stringify({ turns }),
    tools: ["page", "ask_person"],
  });
  await agent("failing", { model: "simulated/demo?fault=http&status=400" });
  const start = (name: string) => client.runs.start({ agent: name, input: { text: "go" } });
  const { runId } = await start("guarded");
  await start("failing");
  const rows = [{ question: "6 * 7" }, {}];
  const template = "{{question}}";
  const batch = await client.batches.create({ name: "b", agent: "guarded", template, rows });
  const forks = await client.forks.create({ name: "f", runs: [runId], start: false });
  const who = { level: "agent", name: "guarded", organisation: homeOrganisation } as const;
  const budget = await client.budgets.set({ ...who, limitUsd: 5 });
  const thread = await client.threads.create({ agent: "guarded" });
  await client.schedules.apply({
    name: "guarded",
    when: { cron: "@yearly" },
    start: { kind: "run", agent: "guarded", input: { text: "q" } },
  });
  const permission = "costs.read" as const;
  const rule = await client.rules.add({
    effect: "allow",
    who: { kind: "role", role: "viewer" },
    permission,
  });
  const toolRule = await client.toolRules.add({ effect: "allow", tool: "guarded" });
  const transport = { kind: "http", url: "https://mcp.example.com" } as const;
  await client.mcpServers.set("guarded", { transport });
  const binding = { hosts: ["api.test"], headers: ["x-key"] };
  await client.credentials.set("guarded", { kind: "header", secret: "0123456789ab", binding });
  const settings = { kind: "search", service: "brave" } as const;
  await client.connections.set("guarded", { settings });
  const key = await client.keys.create({ name: "doomed", role: "viewer" });
  const invite = (email: string) =>
    owner.json<InvitationMade>("POST", "/api/v1/invitations", { email, role: "viewer" });
  const invitation = await invite("open@example.com");
  const guest = { name: "Guest", password: "guest has a long password" };
  const token = tokenOf((await invite("guest@example.com")).link);
  const joined = await new Person(owner.url).json<{ userId: string }>(
    "POST",
    "/api/v1/invitations/accept",
    { token, ...guest },
  );
  const target = { kind: "webhook", url: "https://hooks.example.com/x" } as const;
  await client.notifications.set("guarded", { target });
  await client.notifications.test("guarded");
  const trigger = await client.triggers.set("guarded", {
    source: { kind: "webhook" },
    start: { kind: "run", agent: "guarded", input: { text: "again" } },
  });
  return {
    triggerId: trigger.id,
    ...(await whatRunsLeave(client, runId)),
    name: "guarded",
    model: "guarded",
    runId,
    otherId: runId,
    responseId: runId.replace("run_", "resp_"),
    callId: "c1-0",
    batchId: batch.id,
    forkId: forks.id,
    letterId: `${batch.id}:2`,
    budgetId: budget.id,
    threadId: thread.id,
    ruleId: rule.id,
    toolRuleId: toolRule.id,
    prompt: "greeting",
    version: "1",
    keyId: key.id,
    key: "findings",
    invitationId: invitation.id,
    organisation: homeOrganisation,
    userId: joined.userId,
  };
}

/** Once it waits: the artifact of the run and what it asks, and the error of the one that failed. */
async function whatRunsLeave(client: Client, runId: string): Promise<Record<string, string>> {
  const patience = { timeoutMs: 60_000 };
  const artifactId = await eventually({ what: "an artifact", ...patience }, async () => {
    const { status } = await client.runs.get(runId);
    return status === "waiting" ? (await client.artifacts.list(runId)).items[0]?.id : undefined;
  });
  const interruptId = (await client.inbox.list({ runId })).items[0]?.interruptId ?? "";
  const errorId = await eventually({ what: "a group of errors", ...patience }, async () => {
    return (await client.errors.list()).items[0]?.id;
  });
  const deliveryId = await eventually({ what: "a delivery", ...patience }, async () => {
    return (await client.notifications.deliveries()).items[0]?.id;
  });
  return { artifactId, errorId, deliveryId, interruptId };
}

function operationsOf({ paths }: Matrix["document"]): number {
  return Object.values(paths).reduce((sum, item) => sum + Object.keys(item).length, 0);
}
