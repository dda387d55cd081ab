import { randomBytes } from "node:crypto";
import {
  agentSpecSchema,
  connectionSettingsSchema,
  newId,
  type CredentialPort,
  type Event,
  type StartedBy,
} from "@flotilla/core";
import { defineTool } from "@flotilla/tools";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { Redactor } from "../../server/src/redact/redactor.ts";
import { localKey } from "../../server/src/vault/local-key.ts";
import { openVault, type Vault } from "../../server/src/vault/open-vault.ts";
import { sealCredential } from "../../server/src/vault/sealed-credential.ts";
import { startRun, systemClock } from "../src/index.ts";
import { openTestEngine, type TestEngine } from "./platform.ts";

const silent = () => undefined;
const log = { debug: silent, info: silent, warn: silent, error: silent };
const ann: StartedBy = { kind: "user", id: "usr_ann", name: "Ann", role: "operator" };
const secret = `pass-${randomBytes(18).toString("base64url")}`;

let test: TestEngine;
let vault: Vault;
const redact = new Redactor();
// The engine opens the store that the vault needs.
const credentials: CredentialPort = {
  place: (request, user) => vault.credentials.place(request, user),
  login: (name, endpoints, user) => vault.credentials.login(name, endpoints, user),
  ofProvider: () => undefined,
};

const look = defineTool({
  name: "look",
  description: "Looks at the connection of that name.",
  input: z.strictObject({ name: z.string().optional() }),
  output: z.unknown(),
  recovery: "idempotent",
  timeoutMs: 5_000,
  maxAttempts: 1,
  async call({ name }, context) {
    const { settings, login, ...rest } = await context.connection("mail", name);
    const isRight = login?.secret === secret;
    return { ...rest, at: settings.imap.host, user: login?.user, isRight, login };
  },
});

beforeAll(async () => {
  test = await openTestEngine([look], undefined, { redact, credentials });
  const keys = [localKey(randomBytes(32).toString("base64"))];
  const { store } = test;
  vault = await openVault({
    store,
    keys,
    checksCertificates: true,
    redact,
    clock: systemClock,
    log,
  });
  await putCredential("work", ["imap.example.com:993"]);
  await putCredential("elsewhere", ["imap.example.org:993"]);
  await putConnection("work", "work");
});
afterAll(async () => {
  await vault.close();
  await test.close();
});

async function putCredential(name: string, hosts: string[]): Promise<void> {
  const id = newId("crd");
  const place = { organisation: "default", credentialId: id, version: 1 };
  const sealed = await sealCredential(vault.keyring, place, `ann:${secret}`);
  await test.store.credentials.put({
    ...{ id, version: 1, name, provider: null, description: "", createdBy: "ann", ...sealed },
    kind: "basic",
    binding: { hosts, methods: ["GET"], headers: [], query: [], login: true },
  });
}

async function putConnection(name: string, credential: string): Promise<void> {
  const settings = connectionSettingsSchema.parse({
    kind: "mail",
    address: "ann@example.com",
    imap: { host: "imap.example.com", port: 993 },
  });
  const id = newId("con");
  await test.store.connections.set({
    id,
    name,
    description: "",
    settings,
    credential,
    createdBy: "ann",
  });
}

let agents = 0;
async function play(input: object, startedBy?: StartedBy): Promise<Event | undefined> {
  const turns = [{ calls: [{ tool: "look", input }] }, { text: "done" }];
  const name = `clerk-${++agents}`;
  const instructions = JSON.stringify({ turns });
  const model = "simulated/script";
  const agent = agentSpecSchema.parse({ name, model, instructions, tools: ["look"] });
  await test.store.agents.apply(agent, newId("agt"));
  const runId = await startRun(test.store, { agent: name, input: { text: "go" }, startedBy });
  await test.until(runId, "completed");
  const events = await test.events(runId);
  expect(JSON.stringify(events)).not.toContain(secret);
  return events.find(({ type }) => type === "effect.done" || type === "effect.failed");
}

const failure = (code: string, ...texts: string[]) => ({
  type: "effect.failed",
  error: {
    code,
    message: expect.stringContaining(texts[0] ?? "") as string,
    ...(texts[1] !== undefined && { remedy: expect.stringContaining(texts[1]) as string }),
  },
});

it("a tool is given the only connection of a kind, whose login the journal never holds", async () => {
  expect(await play({})).toMatchObject({
    type: "effect.done",
    output: {
      name: "work",
      at: "imap.example.com",
      user: "ann",
      isRight: true,
      login: { user: "ann", secret: "[redacted]" },
    },
  });
  await vault.flush();
  const { id } = (await test.store.credentials.find("work")) ?? { id: "" };
  expect(await test.store.credentials.uses(id, 10)).toMatchObject([
    { by: "look", host: "imap.example.com:993", method: "LOGIN", allowed: true },
  ]);
});

it("of several it must name one, and is told the names", async () => {
  await putConnection("other", "work");
  expect(await play({})).toMatchObject(
    failure("tool_input_invalid", "several mail connections", "other, work"),
  );
  expect(await play({ name: "third" })).toMatchObject(
    failure("tool_input_invalid", 'no mail connection "third"', "other, work"),
  );
  expect(await play({ name: "other" })).toMatchObject({ type: "effect.done" });
});

it("its login goes to no server that its credential is not bound to", async () => {
  await putConnection("bent", "elsewhere");
  expect(await play({ name: "bent" })).toMatchObject(
    failure("tool_forbidden", "not to imap.example.com:993"),
  );
  await putConnection("lost", "gone");
  expect(await play({ name: "lost" })).toMatchObject(failure("tool_failed", "no credential gone"));
});

it("a run uses it only where who started it may use it and what opens it", async () => {
  const deny = (permission: "connections.use" | "credentials.use", resource: string) =>
    test.store.rules.set({
      ...{ id: newId("rul"), effect: "deny", permission, resource, environment: null },
      who: { kind: "user", id: ann.id },
    });
  await deny("connections.use", "other");
  expect(await play({ name: "other" }, ann)).toMatchObject(
    failure("tool_forbidden", "connections.use"),
  );
  expect(await play({ name: "work" }, ann)).toMatchObject({ type: "effect.done" });
  await deny("credentials.use", "work");
  expect(await play({ name: "work" }, ann)).toMatchObject(
    failure("tool_forbidden", "credentials.use"),
  );
});
