import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openTestServer, problemOf, send, type TestServer } from "./open-test-server.ts";

let server: TestServer;
let policy: TestServer["client"]["toolPolicy"];
let rules: TestServer["client"]["toolRules"];
beforeAll(async () => {
  server = await openTestServer();
  ({ toolPolicy: policy, toolRules: rules } = server.client);
});
afterAll(() => server.close());
afterEach(async () => void (await policy.apply({ rules: [] })));

const hosts = { args: [{ path: "$.url", hostIn: ["api.example", "*.api.example"] }] };
const office = {
  zone: "Europe/Berlin",
  days: ["mon", "tue"] as "mon"[],
  from: "09:00",
  to: "17:00",
};
const file = {
  rules: [
    { effect: "deny" as const, tool: "http_request", note: "Only our own service." },
    { effect: "allow" as const, tool: "http_request", when: hosts },
  ],
  examples: [
    {
      name: "our service",
      call: { tool: "http_request", input: { url: "https://v1.api.example/pay" } },
      expect: "allow" as const,
    },
    {
      name: "somebody else",
      call: { tool: "http_request", input: { url: "https://api.example@evil.test/" } },
      expect: "deny" as const,
    },
  ],
};

describe("a policy", () => {
  it("is applied as a whole, exported as it was written, and unchanged by doing it again", async () => {
    const made = await policy.apply({ ...file, comment: "First rules" });
    expect(made).toMatchObject({ added: 2, changed: 0, note: "First rules", by: "person" });
    const now = await policy.get();
    expect(now.rules).toMatchObject(file.rules);
    expect(now.examples).toMatchObject(file.examples);
    const { rules: exported, examples } = now;
    const written = exported.map(
      ({ id, effect, tool, agent, environment, when, note, enabled }) => ({
        ...{ id, effect, tool, agent, environment, when, note, enabled },
      }),
    );
    expect(await policy.apply({ rules: written, examples })).toEqual(made);
    expect(await policy.apply(file)).toEqual(made);
  });

  it("that breaks an example is not saved, and the answer says which and how", async () => {
    const before = await policy.apply(file);
    const broken = {
      ...file,
      rules: [
        ...file.rules,
        { effect: "deny", tool: "http_request", when: { ...hosts, risk: ["outbound", "write"] } },
      ],
    };
    const said = await problemOf(send(server.app, "PUT", "/tool-policy", broken));
    expect(said).toMatchObject({ status: 412, code: "precondition" });
    expect(said.detail).toContain("our service expects allow, and got deny since a rule denies");
    expect((await policy.get()).version).toBe(before.version);
    expect(await policy.test(broken as never)).toMatchObject({
      examples: 2,
      problems: [],
      broken: [{ index: 0, got: { effect: "deny" } }],
    });
    const [deny] = (await policy.get()).rules;
    await expect(rules.remove(deny?.id ?? "")).rejects.toThrow(
      /somebody else expects deny, and got/,
    );
    const weak = { effect: "allow", tool: "http_request", environment: "prod" } as const;
    await expect(rules.add(weak)).rejects.toThrow(/somebody else expects deny/);
  });

  it("that cannot be read is refused, each place by its name", async () => {
    const when = { args: [{ path: "$.a", matches: "(?=x)" }] };
    const wrong = {
      rules: [
        file.rules[0],
        { effect: "ask", tool: "x", when },
        { effect: "ask", tool: "x", enabled: false, when: { args: [{ path: "$.a[", equals: 1 }] } },
      ],
    };
    const said = await problemOf(send(server.app, "PUT", "/tool-policy", wrong));
    expect(said).toMatchObject({ status: 400, code: "invalid_request" });
    expect(said.detail).toMatch(
      /rules\.1\.when\.args\.0: .*Perl syntax.*rules\.2\.when\.args\.0: Expected/,
    );
    const unknown = { rules: [{ effect: "ask", tool: "x", when: { argz: [] } }] };
    const field = await problemOf(send(server.app, "PUT", "/tool-policy", unknown));
    expect(field).toMatchObject({
      status: 400,
      errors: [{ path: expect.stringContaining("when") }],
    });
  });

  it("made from an older version is refused", async () => {
    const { version } = await policy.apply(file);
    await policy.apply({ rules: [] });
    await expect(policy.apply({ ...file, version })).rejects.toMatchObject({ code: "conflict" });
  });

  it("has versions that can be read, compared and gone back to", async () => {
    const first = await policy.apply(file);
    const second = await policy.apply({ rules: [{ effect: "ask", tool: "*" }] });
    const { items } = await policy.versions({ limit: 2 });
    expect(items).toEqual([second, first]);
    expect(await policy.changes(second.version)).toMatchObject({
      from: first.version,
      added: [{ effect: "ask", tool: "*" }],
      removed: file.rules,
      examplesRemoved: file.examples,
    });
    const back = await policy.restore(first.version);
    expect(back).toMatchObject({
      version: second.version + 1,
      note: `Back to version ${first.version}`,
    });
    const now = await policy.get();
    const then = await policy.version(first.version);
    expect(now.rules.map(({ id }) => id)).toEqual(then.rules.map(({ id }) => id));
    expect(now.examples).toEqual(then.examples);
    await expect(policy.restore(back.version + 5)).rejects.toMatchObject({ code: "not_found" });
  });

  it("takes rules of many at once, each as a version", async () => {
    const { version } = await policy.apply({ rules: [] });
    const tools = ["a", "b", "c", "d", "e"];
    const added = await Promise.all(tools.map((tool) => rules.add({ effect: "ask", tool })));
    expect((await policy.get()).version).toBe(version + tools.length);
    await Promise.all(added.map(({ id }) => rules.remove(id)));
    expect((await policy.get()).rules).toEqual([]);
  });

  it("is replaced rule by rule too", async () => {
    const added = await rules.add({ effect: "ask", tool: "files_*", when: { time: office } });
    const changed = await rules.change(added.id, {
      effect: "deny",
      tool: "files_*",
      enabled: false,
    });
    expect(changed).toMatchObject({ id: added.id, effect: "deny", when: null, enabled: false });
    const [last] = (await policy.versions({ limit: 1 })).items;
    expect(last).toMatchObject({ added: 0, changed: 1, removed: 0 });
    await expect(
      rules.change("trl_00000000000000000000000000", { effect: "ask", tool: "x" }),
    ).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("what would happen", () => {
  it("is told with what decides, and why more specific rules do not", async () => {
    const { version } = await policy.apply(file);
    const call = { tool: "http_request", input: { url: "https://api.example.evil.test/" } };
    const [deny, allow] = (await policy.get()).rules;
    expect(await rules.decide(call)).toEqual({
      effect: "deny",
      reason: "a rule denies http_request of every agent",
      ruleId: deny?.id,
      version,
      trace: [
        {
          ruleId: allow?.id,
          effect: "allow",
          outcome: "does_not_hold",
          why: "not so: $.url has the host api.example or *.api.example",
        },
        { ruleId: deny?.id, effect: "deny", outcome: "decides" },
      ],
    });
    expect(await rules.decide({ ...call, input: { url: "https://api.example" } })).toMatchObject({
      effect: "allow",
      ruleId: allow?.id,
      trace: [{ outcome: "decides" }, { outcome: "later" }],
    });
  });

  it("asks by what the run has read where no rule decides, and by what the agent asks first", async () => {
    const labels = ["web"];
    expect(await rules.decide({ tool: "http_request", labels })).toMatchObject({ effect: "ask" });
    expect(await rules.decide({ tool: "calculator", labels })).toMatchObject({ effect: "allow" });
    const spec = { name: "careful", model: "simulated/script", approvals: ["calc*"] };
    await server.client.agents.apply(spec);
    const careful = await rules.decide({ tool: "calculator", agent: "careful" });
    expect(careful).toMatchObject({ effect: "ask", reason: "the agent careful asks before calc*" });
    expect(careful.ruleId).toBeUndefined();
  });
});
