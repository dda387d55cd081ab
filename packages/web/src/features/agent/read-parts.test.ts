import { agentSpecSchema, type AgentSpecInput } from "@flotilla/core";
import { expect, test } from "vitest";
import { readParts } from "./read-parts.ts";

const read = (spec: AgentSpecInput) =>
  Object.fromEntries(
    readParts(agentSpecSchema.parse(spec)).map(({ title, said }) => [
      title,
      said.map(({ name }) => name),
    ]),
  );

test("a plain agent has what holds for every one, and no part that says nothing", () => {
  expect(read({ name: "plain", model: "simulated/demo" })).toEqual({
    Model: ["Model"],
    Tools: ["Tools"],
    "Limits of one run": ["Model calls", "Time"],
    "When things go wrong": ["Attempts of a model call", "First back-off"],
  });
});

test("whatever a definition says is read, with what its strategy brings", () => {
  const parts = read({
    name: "full",
    model: "simulated/demo",
    tools: ["mail_send"],
    approvals: ["mail_*"],
    interrupts: { expireSeconds: 3_600, audience: { role: "admin" } },
    settings: { temperature: 0.2 },
    output: { type: "object" },
    strategy: { kind: "plan_and_solve", review: true },
    team: { workers: ["clerk"] },
    recovery: { onToolFailure: "ask" },
    publish: { a2a: true },
  });
  expect(parts).toMatchObject({
    "Approvals and questions": [
      "Asks before",
      "Role that is asked",
      "Expires after",
      "When it expires",
    ],
    "How the model answers": ["Temperature"],
    Output: ["Repairs of the output"],
    Team: ["Workers", "Levels below it", "Runs that one run may start"],
    "Publishing and files": ["MCP", "A2A"],
  });
  expect(parts["Strategy"]).toEqual(expect.arrayContaining(["Strategy", "Review"]));
  expect(parts["When things go wrong"]).toContain("When a tool keeps failing");
});
