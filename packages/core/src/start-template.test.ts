import { describe, expect, it } from "vitest";
import { agentSpecSchema } from "./agent.ts";
import { planStart, startTemplateSchema, type StartContext } from "./start-template.ts";

const agent = {
  id: "agt_1",
  name: "a",
  version: 3,
  spec: agentSpecSchema.parse({ name: "a", model: "simulated/demo" }),
  createdAt: "2026-01-01T00:00:00.000Z",
  note: "",
  createdBy: null,
  archivedAt: null,
};
const context: StartContext = {
  values: { trigger: { payload: { id: 7, text: "{{question}}" }, at: "noon" } },
  name: "nightly",
  organisation: "default",
  environment: "prod",
  newId: (prefix) => `${prefix}_new`,
};
const plan = (template: object, more: Partial<StartContext> = {}) =>
  planStart(startTemplateSchema.parse(template), agent, { ...context, ...more });
const run = (text: string) => ({ kind: "run", agent: "a", input: { text } });
const batch = { kind: "batch", agent: "a", template: "{{question}} at {{trigger.at}}" };

describe("a run", () => {
  it("is asked with what its places stand for", () => {
    const text = "Order {{ trigger.payload.id }}: {{trigger.payload.text}} {{trigger.payload}}";
    expect(plan(run(text), { labels: { team: "x" } })).toMatchObject({
      kind: "run",
      run: {
        runId: "run_new",
        agentId: "agt_1",
        agentVersion: 3,
        input: { text: 'Order 7: {{question}} {"id":7,"text":"{{question}}"}' },
        request: { metadata: { team: "x" } },
      },
    });
  });

  it("with a place that is not there is refused, naming those that are", () => {
    for (const place of ["trigger.payload.none", "schedule.date", "trigger.__proto__", "x"]) {
      expect(() => plan(run(`{{${place}}}`))).toThrow(
        expect.objectContaining({
          code: "invalid_request",
          message: expect.stringContaining(place),
          remedy: expect.stringContaining("{{trigger.payload}}, {{trigger.at}}"),
        }),
      );
    }
  });

  it("of an archived agent is refused", () => {
    const template = startTemplateSchema.parse(run("q"));
    const archived = { ...agent, archivedAt: "2026-01-01T00:00:00.000Z" };
    expect(() => planStart(template, archived, context)).toThrow(/archived/);
  });
});

describe("a batch", () => {
  it("has what its places stand for as columns, which are never read as templates", () => {
    const rows = [{ question: "q {{trigger.payload.text}} {{other}}", n: [1, "{{trigger.at}}"] }];
    expect(plan({ ...batch, rows, budgetUsd: 0.5 })).toMatchObject({
      kind: "batch",
      batch: {
        id: "bat_new",
        name: "nightly",
        template: batch.template,
        budgetMicros: 500_000,
        rows: [{ question: "q {{question}} {{other}}", n: [1, "noon"] }],
        columns: { "trigger.at": "noon" },
      },
    });
  });

  it("takes the rows of another batch by its id", () => {
    const rowsOf = `bat_${"0".repeat(26)}`;
    expect(plan({ ...batch, rowsOf, name: "of {{trigger.at}}" })).toMatchObject({
      batch: { rows: rowsOf, name: "of noon" },
    });
  });

  it("takes rows from one place", () => {
    const rowsOf = `bat_${"0".repeat(26)}`;
    expect(() => plan(batch)).toThrow(/either rows or rowsOf/);
    expect(() => plan({ ...batch, rows: [{}], rowsOf })).toThrow(/either rows or rowsOf/);
  });
});
