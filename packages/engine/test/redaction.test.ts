import { randomBytes } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { Redactor } from "../../server/src/redact/redactor.ts";
import { openTestEngine, probe } from "./platform.ts";

test("a known secret gets into no table and no artifact, whoever says it", async () => {
  const secret = `canary-${randomBytes(24).toString("base64url")}`;
  const redact = new Redactor();
  redact.learn(secret);
  const { tool: echo } = probe("echo", "idempotent", (text) =>
    text === "fail" ? Promise.reject(new Error(`refused: ${secret}`)) : `${text} ${secret}`,
  );
  const { tool: long } = probe("long", "idempotent", () => `${secret} `.repeat(4_000));
  const engine = await openTestEngine([echo, long], undefined, { redact });
  onTestFinished(() => engine.close());
  const call = (tool: string, text: string) => ({ tool, input: { text } });
  const base64 = Buffer.from(`x${secret}`).toString("base64");
  const runId = await engine.play(
    [
      { text: `Here is ${secret}`, calls: [call("echo", "a"), call("echo", "fail")] },
      { calls: [call("long", "b"), call("echo", secret)] },
      { text: `It was ${secret}, or ${base64}.` },
    ],
    // The script of the turns, which the test itself has put there, is the only place left.
    { tools: ["echo", "long"], cache: { ttlSeconds: 60 } },
  );
  const run = await engine.until(runId, "completed");
  expect(JSON.stringify(run)).not.toContain(secret);
  expect(run.status === "completed" && run.output).toMatch(/^It was \[redacted\], or /);

  const { rows: tables } = await engine.store.pool.query<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'agent_version'",
  );
  for (const { name } of tables) {
    const { rows } = await engine.store.pool.query(`SELECT t::text AS line FROM "${name}" t`);
    expect([name, JSON.stringify(rows).includes(secret)]).toEqual([name, false]);
    expect([name, JSON.stringify(rows).includes(base64.slice(4, -4))]).toEqual([name, false]);
  }
  const artifacts = await engine.artifacts.list(runId);
  expect(artifacts).toHaveLength(1);
  for (const { id } of artifacts) {
    expect(Buffer.from(await engine.artifacts.read(id)).toString()).not.toContain(secret);
  }
});

test("a secret that comes in pieces is not shown in the live text", async () => {
  const secret = `canary-${randomBytes(24).toString("base64url")}`;
  const redact = new Redactor();
  redact.learn(secret);
  const engine = await openTestEngine([], undefined, { redact });
  onTestFinished(() => engine.close());
  const text = `Slowly the key is told: ${secret}, and then some words follow it.`;
  const runId = await engine.play([{ text }], { model: "typing/script" });
  await engine.store.signals.watch(runId);
  let shown = "";
  await expect
    .poll(
      async () => {
        await engine.store.signals.watch(runId);
        const events = await engine.events(runId);
        shown += JSON.stringify(events);
        return events.some(({ type }) => type === "step.completed");
      },
      { timeout: 15_000, interval: 50 },
    )
    .toBe(true);
  expect(shown).toContain("step.delta");
  expect(shown).toContain("[redacted]");
  for (let at = 0; at + 8 <= secret.length; at++) {
    expect(shown).not.toContain(secret.slice(at, at + 8));
  }
});

test("a run is without the secrets of its own organisation, and no other's touch it", async () => {
  const [own, others] = ["secret-of-this-one", "ordinary-words-here"];
  const redact = new Redactor();
  redact.of("default").learn(own);
  redact.of("other").learn(others);
  const { tool: echo } = probe("echo", "idempotent", (text) => `${text} ${own} ${others}`);
  const engine = await openTestEngine([echo], undefined, { redact });
  onTestFinished(() => engine.close());
  const calls = [{ tool: "echo", input: { text: "said" } }];
  const turns = [{ calls }, { text: `It was ${own} or ${others}.` }];
  const runId = await engine.play(turns, { tools: ["echo"] });
  const run = await engine.until(runId, "completed");
  expect(run.status === "completed" && run.output).toBe(`It was [redacted] or ${others}.`);
  expect(JSON.stringify(await engine.events(runId))).toContain(`said [redacted] ${others}`);
});
