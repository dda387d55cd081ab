import type { Run, ToolStep } from "@flotilla/core";
import { expect, test } from "vitest";
import { openCalls } from "./open-calls.ts";

const asked = {
  kind: "model",
  step: 1,
  message: {
    role: "assistant",
    content: ["a", "b", "c"].map((callId) => ({
      type: "tool_call",
      callId,
      tool: "clock",
      input: {},
    })),
  },
};

const tool = (callId: string, part: Partial<ToolStep>) =>
  ({ kind: "tool", step: 1, callId, attempts: [], endedAt: null, ...part }) as unknown as ToolStep;

const open = (...steps: unknown[]) =>
  openCalls({ steps: [asked, ...steps] } as unknown as Run).map(({ callId }) => callId);

test("a call that nobody has begun is a person's to do", () => {
  expect(open()).toEqual(["a", "b", "c"]);
  expect(open(tool("a", { status: "proposed" }))).toEqual(["a", "b", "c"]);
});

test("one that was begun, is done, or is done by another agent is not", () => {
  const begun = tool("a", { status: "intended", attempts: [{ attempt: 1 } as never] });
  const done = tool("b", { status: "done", endedAt: "2026-01-01T00:00:00.000Z" });
  const elsewhere = tool("c", { status: "delegated" });
  expect(open(begun, done, elsewhere)).toEqual([]);
});
