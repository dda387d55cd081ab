import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  agentSpecSchema,
  newId,
  noCredentials,
  type CredentialPort,
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
const secret = `token-${randomBytes(18).toString("base64url")}`;

const heard: string[] = [];
const service = createServer((request, response) => {
  heard.push(request.headers.authorization ?? "");
  response.end(`You sent ${request.headers.authorization}`);
});

let test: TestEngine;
let vault: Vault;
let host: string;
const redact = new Redactor();
// The engine opens the store that the vault needs.
const credentials: CredentialPort = {
  place: (request, user) => vault.credentials.place(request, user),
  login: (name, endpoints, user) => vault.credentials.login(name, endpoints, user),
  ofProvider: (provider, scope) =>
    (vault ? vault.credentials : noCredentials).ofProvider(provider, scope),
};

beforeAll(async () => {
  service.listen(0, "127.0.0.1");
  await once(service, "listening");
  host = `127.0.0.1:${(service.address() as AddressInfo).port}`;
  const ask = defineTool({
    name: "ask",
    description: "Asks the service.",
    input: z.strictObject({}),
    output: z.string(),
    recovery: "idempotent",
    timeoutMs: 10_000,
    maxAttempts: 1,
    async call(_input, { fetch }) {
      const headers = { authorization: "Bearer {{credential:service}}" };
      return (await fetch(`http://${host}/`, { headers })).text();
    },
  });
  test = await openTestEngine([ask], undefined, { redact, credentials });
  const { store } = test;
  const keys = [localKey(randomBytes(32).toString("base64"))];
  vault = await openVault({
    store,
    keys,
    checksCertificates: true,
    redact,
    clock: systemClock,
    log,
  });
  const turns = [{ calls: [{ tool: "ask", input: {} }] }, { text: "done" }];
  const agent = agentSpecSchema.parse({
    name: "clerk",
    model: "simulated/script",
    instructions: JSON.stringify({ turns }),
    tools: ["ask"],
  });
  await store.agents.apply(agent, newId("agt"));
  await put("service", null, host);
});
afterAll(async () => {
  await vault.close();
  await test.close();
  service.close();
});

async function put(name: string, provider: string | null, to: string): Promise<string> {
  const id = newId("crd");
  const place = { organisation: "default", credentialId: id, version: 1 };
  const sealed = await sealCredential(vault.keyring, place, secret);
  await test.store.credentials.put({
    ...{ id, version: 1, name, provider, description: "", createdBy: "ann", ...sealed },
    kind: provider === null ? "header" : "provider",
    binding: { hosts: [to], methods: ["GET", "POST"], headers: ["authorization"], query: [] },
  });
  await vault.refresh();
  return id;
}

async function play(startedBy?: StartedBy) {
  const runId = await startRun(test.store, { agent: "clerk", input: { text: "go" }, startedBy });
  await test.until(runId, "completed");
  return { runId, events: await test.events(runId) };
}

it("a tool sends a credential that the journal never holds", async () => {
  const { runId, events } = await play();
  expect(heard.at(-1)).toBe(`Bearer ${secret}`);
  expect(JSON.stringify(events)).toContain("You sent Bearer [redacted]");
  expect(JSON.stringify(events)).not.toContain(secret);
  await vault.flush();
  const credential = await test.store.credentials.find("service");
  const uses = await test.store.credentials.uses(credential?.id ?? "", 10);
  expect(uses).toMatchObject([{ runId, by: "ask", host, method: "GET", allowed: true }]);
});

it("a run sends it only where who started it may use it", async () => {
  await test.store.rules.set({
    id: newId("rul"),
    effect: "deny",
    who: { kind: "user", id: ann.id },
    permission: "credentials.use",
    resource: "serv*",
    environment: null,
  });
  const before = heard.length;
  const { events } = await play(ann);
  expect(events.find(({ type }) => type === "effect.failed")).toMatchObject({
    error: {
      code: "tool_forbidden",
      message: expect.stringContaining("credentials.use") as string,
    },
  });
  expect(heard).toHaveLength(before);
  await play({ ...ann, id: "usr_bob" });
  expect(heard).toHaveLength(before + 1);
});

it("an organisation's own key goes before the configuration's, and has a bucket of its own", async () => {
  const scope = { organisation: "default", environment: "prod" } as const;
  expect(test.models.bucket("nameless/script", scope).bucket).toBe("nameless/script");
  const id = await put("models", "nameless", new URL(test.simulatorUrl).host);
  expect(test.models.bucket("nameless/script", scope).bucket).toBe(`nameless/script#${id}`);
  const others = { organisation: "others", environment: "prod" } as const;
  expect(test.models.bucket("nameless/script", others).bucket).toBe("nameless/script");
  const runId = await test.play([{ text: "done" }], { model: "nameless/script" });
  await test.until(runId, "completed");
  await vault.flush();
  expect(await test.store.credentials.uses(id, 10)).toMatchObject([
    { runId, by: "model", allowed: true, uses: 1 },
  ]);
});
