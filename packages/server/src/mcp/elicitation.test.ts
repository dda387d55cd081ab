import type { Interrupt } from "@flotilla/api";
import { questionAnswerSchema, type Json, type QuestionForm } from "@flotilla/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { answerOf, formOf } from "./elicitation.ts";

const hash = "a".repeat(64);

function interrupt(change: Partial<Interrupt>): Interrupt {
  return {
    ...{ interruptId: "int_1", runId: "run_1", kind: "approval", state: "open", prompt: "May it?" },
    ...{
      tool: "pay",
      hash,
      audience: {},
      assignee: null,
      comments: 0,
      raisedAt: "",
      expiresAt: null,
    },
    ...{ escalatedAt: null, endedAt: null, endedBy: null, action: null, agentName: "a" },
    ...{ agentVersion: 1, batchId: null, row: null, input: {}, inputSchema: null, form: null },
    ...{ display: { text: '{"to":"ann"}', hidden: [] }, callId: "c", planVersion: null },
    ...{ reason: null, decidedBy: null },
    ...{ onExpiry: null, answer: null, actions: [], mayAnswer: { allowed: true, reason: "" } },
    ...change,
  };
}

const question = (form: QuestionForm) => interrupt({ kind: "question", tool: null, form });

test("an approval shows the exact arguments, and is answered with the hash of what was shown", () => {
  const asked = interrupt({});
  expect(formOf(asked)?.message).toBe('May it?\n\nTool: pay\n{"to":"ann"}');
  const accept = (content: object) => ({ action: "accept", content });
  expect(answerOf(asked, accept({ decision: "approve" }), hash)).toEqual({
    action: "approve",
    hash,
  });
  expect(answerOf(asked, accept({ decision: "approve" }), undefined)).toBeUndefined();
  expect(answerOf(asked, accept({ decision: "reject", reason: "no" }), hash)).toEqual({
    action: "reject",
    reason: "no",
  });
  expect(answerOf(asked, { action: "decline" }, hash)).toMatchObject({ action: "reject" });
  expect(answerOf(asked, { action: "cancel" }, hash)).toBeUndefined();
});

test("what hides something, is too long to show, or is unknown in its outcome is not asked", () => {
  const hidden = [{ path: "/to", character: "U+202E", what: "x" }];
  expect(formOf(interrupt({ display: { text: "", hidden } }))).toBeUndefined();
  expect(formOf(interrupt({ display: { text: "x".repeat(30_000), hidden: [] } }))).toBeUndefined();
  expect(formOf(interrupt({ kind: "effect_outcome" }))).toBeUndefined();
});

test("each kind of question has its form, and its reply fits the question", () => {
  const forms: [QuestionForm, object, Json][] = [
    [{ kind: "text" }, { reply: "yes" }, "yes"],
    [{ kind: "choice", options: ["a", "b"], multiple: false }, { reply: "a" }, "a"],
    [{ kind: "choice", options: ["a", "b"], multiple: true }, { reply: ["b"] }, ["b"]],
    [
      { kind: "schema", schema: { type: "object", properties: { n: { type: "integer" } } } },
      { n: 1 },
      { n: 1 },
    ],
    [{ kind: "schema", schema: { type: "array" } }, { reply: "[1]" }, [1]],
  ];
  for (const [form, content, value] of forms) {
    const asked = question(form);
    expect(formOf(asked)?.requestedSchema).toMatchObject({ type: "object" });
    expect(answerOf(asked, { action: "accept", content }, undefined)).toEqual({
      action: "reply",
      value,
    });
  }
});

test("whatever a client sends, it approves nothing but what it says it approves", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (result) => {
      const said = answerOf(interrupt({}), result, hash);
      expect(said?.action).not.toBe("approve");
      const reply = answerOf(question({ kind: "text" }), result, undefined);
      if (reply?.action === "reply") questionAnswerSchema.parse(reply);
    }),
  );
});
