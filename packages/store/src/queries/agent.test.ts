import { agentSpecSchema, newId, type AgentSpec } from "@flotilla/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openTestStore, type TestStore } from "../../test/open-test-store.ts";

let test: TestStore;
beforeAll(async () => void (test = await openTestStore()));
afterAll(() => test.drop());

const spec = (name: string, instructions = "i"): AgentSpec =>
  agentSpecSchema.parse({ name, instructions, model: "p/m" });
const apply = (of: AgentSpec) => test.store.agents.apply(of, newId("agt"));

it("the same spec is the same version, a changed one the next", async () => {
  const first = await apply(spec("versioned"));
  expect(first).toMatchObject({ name: "versioned", version: 1, archivedAt: null });
  expect(await apply(spec("versioned"))).toEqual(first);
  const second = await apply(spec("versioned", "changed"));
  expect(second).toMatchObject({ id: first.id, version: 2, spec: { instructions: "changed" } });
  // What it was before counts for nothing: only the newest is compared.
  expect((await apply(spec("versioned"))).version).toBe(3);
  const versions = await test.store.agents.versions("versioned");
  expect(versions.map((agent) => agent.version)).toEqual([3, 2, 1]);
});

it("ten people who apply the same at once make one version", async () => {
  const applied = await Promise.all(Array.from({ length: 10 }, () => apply(spec("contended"))));
  expect(new Set(applied.map((agent) => `${agent.id} ${agent.version}`)).size).toBe(1);
});

it("gives the newest version, or the one asked for, by name or as runs pin it", async () => {
  const { id } = await apply(spec("picked", "one"));
  await apply(spec("picked", "two"));
  const { agents } = test.store;
  expect((await agents.get("picked")).spec.instructions).toBe("two");
  expect((await agents.get("picked", 1)).spec.instructions).toBe("one");
  expect((await agents.getVersion(id, 1)).spec.instructions).toBe("one");
});

it("says which agent or version there is not", async () => {
  const { agents } = test.store;
  const { id } = await apply(spec("alone"));
  const missing = { code: "not_found" };
  await expect(agents.get("nobody")).rejects.toMatchObject(missing);
  await expect(agents.get("alone", 2)).rejects.toMatchObject({
    ...missing,
    message: 'There is no version 2 of agent "alone".',
  });
  await expect(agents.getVersion(id, 2)).rejects.toMatchObject(missing);
  await expect(agents.versions("nobody")).rejects.toMatchObject(missing);
  await expect(agents.archive("nobody")).rejects.toMatchObject(missing);
});

it("an archived agent is listed apart until it is applied again", async () => {
  const { agents } = test.store;
  await apply(spec("shelved", "one"));
  await apply(spec("shelved", "two"));
  await agents.archive("shelved");
  const { archivedAt } = await agents.get("shelved");
  await agents.archive("shelved");
  expect((await agents.get("shelved")).archivedAt).toBe(archivedAt);
  const names = async (archived: boolean) =>
    (await agents.list(archived)).map((agent) => `${agent.name} ${agent.version}`);
  expect(await names(true)).toEqual(["shelved 2"]);
  expect(await names(false)).not.toContain("shelved 2");
  await apply(spec("shelved", "two"));
  expect(await names(true)).toEqual([]);
  expect(await names(false)).toContain("shelved 2");
});
