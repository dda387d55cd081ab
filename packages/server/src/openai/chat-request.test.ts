import { expect, test } from "vitest";
import { chatPlan } from "./chat-request.ts";
import { chatRequestSchema } from "./chat-schema.ts";
import { agentOf } from "./plan.ts";

const plan = (body: object) => chatPlan(chatRequestSchema.parse({ model: "math", ...body }));
const user = { role: "user", content: "Hi" };
const tool = (name: string) => ({ type: "function", function: { name } });
const call = (id: string) => ({
  role: "assistant",
  content: null,
  tool_calls: [{ id, type: "function", function: { name: "look", arguments: '{"at":1}' } }],
});

test("instructions are collected, the last message is the input, the rest is history", () => {
  const messages = [
    { role: "system", content: "Be brief." },
    { role: "user", content: [{ type: "text", text: "One" }] },
    { role: "assistant", content: "Two" },
    { role: "developer", content: "Be kind." },
    { role: "user", content: "Three" },
  ];
  expect(plan({ messages, temperature: 0.5, max_tokens: 9, stop: "x" })).toEqual({
    input: { text: "Three" },
    history: {
      kind: "messages",
      messages: [
        { role: "user", content: [{ type: "text", text: "One" }] },
        { role: "assistant", content: [{ type: "text", text: "Two" }] },
      ],
    },
    request: {
      instructions: "Be brief.\n\nBe kind.",
      settings: { temperature: 0.5, stop: ["x"], maxOutputTokens: 9 },
    },
    user: undefined,
  });
});

test("calls get ids that are counted through the conversation, and keep their results", () => {
  const result = (id: string) => ({ role: "tool", tool_call_id: id, content: id });
  const messages = [user, call("a"), result("a"), user, call("b"), result("b")];
  const { history, input } = plan({ messages });
  expect(input).toEqual({ text: "" });
  expect(history).toMatchObject({
    messages: [
      {},
      { content: [{ callId: "c1-0", tool: "look", input: { at: 1 } }] },
      { results: [{ callId: "c1-0", tool: "look", output: "a" }] },
      {},
      { content: [{ callId: "c2-0" }] },
      { results: [{ callId: "c2-0", output: "b" }] },
    ],
  });
});

test.each([
  ["no question", { messages: [{ role: "system", content: "a" }] }],
  ["an answer at the end", { messages: [user, { role: "assistant", content: "a" }] }],
  ["a result of nothing", { messages: [user, { role: "tool", tool_call_id: "x", content: "a" }] }],
  ["a call without a result", { messages: [user, call("a"), user] }],
  ["a picture", { messages: [{ role: "user", content: [{ type: "image_url" }] }] }],
  ["several answers", { messages: [user], n: 2 }],
  ["logprobs", { messages: [user], logprobs: true }],
  [
    "a forced tool",
    {
      messages: [user],
      tools: [{ type: "function", function: { name: "a" } }],
      tool_choice: "required",
    },
  ],
  ["two tools of a name", { messages: [user], tools: [tool("a"), tool("a")] }],
  ["a tool that is none", { messages: [user], tools: [{ type: "web_search" }] }],
  ["an unknown format", { messages: [user], response_format: { type: "xml" } }],
  ["an unknown effort", { messages: [user], reasoning_effort: "enormous" }],
])("%s is refused, with the field named", (_what, body) => {
  expect(() => plan(body)).toThrow(expect.objectContaining({ code: "invalid_request" }) as Error);
});

test("what has no effect is not refused", () => {
  const given = { store: true, service_tier: "auto", logprobs: false, n: 1, presence_penalty: 0 };
  expect(plan({ messages: [user], ...given }).request).toEqual({});
});

test.each(["Math", "math@0", "gpt 5", "math@1@2"])("%s is no agent's name", (model) => {
  expect(() => agentOf(model)).toThrow("There is no agent");
});

test("a name may pin a version", () => {
  expect(agentOf("math@3")).toEqual({ agent: "math", version: 3 });
  expect(agentOf("math")).toEqual({ agent: "math", version: undefined });
});
