import { userMessage, type Message } from "@flotilla/core";
import { expect, it } from "vitest";
import { calculator, requestOf } from "../test/ask.ts";
import { providerConfigSchema, type ProviderConfigInput } from "./config.ts";
import { noMarks, promptMarks } from "./prompt-marks.ts";

const long = "A sentence of several words. ".repeat(300);
const anthropic: ProviderConfigInput = { kind: "anthropic" };
const marks = (more: object, config: ProviderConfigInput = anthropic) =>
  promptMarks(requestOf("anthropic/x", more), providerConfigSchema.parse(config));
const answer: Message = { role: "assistant", content: [{ type: "text", text: "Yes." }] };

it("the instructions of an agent are marked when they are long enough to be kept", () => {
  expect(marks({ instructions: long })).toEqual({ ...noMarks, instructions: true });
  expect(marks({ instructions: "Be brief." })).toEqual(noMarks);
});

it("what only this call sends is not marked", () => {
  expect(marks({ messages: [userMessage(long)] })).toEqual(noMarks);
});

it("with tools the prompt will come again: its end is marked, and that of the call before", () => {
  const tools = [calculator];
  expect(marks({ tools, messages: [userMessage(long)] })).toEqual({ ...noMarks, messages: [0] });
  const messages = [userMessage(long), answer, userMessage("And?")];
  expect(marks({ tools, messages })).toEqual({ ...noMarks, messages: [0, 2] });
  expect(marks({ tools, messages, instructions: long })).toEqual({
    lastTool: false,
    instructions: true,
    messages: [0, 2],
  });
});

it("long tools are marked by themselves, for agents with other instructions", () => {
  const tools = [{ ...calculator, description: long }];
  expect(marks({ tools, instructions: "Be brief." })).toEqual({
    lastTool: true,
    instructions: true,
    messages: [0],
  });
  expect(marks({ tools, instructions: "" })).toMatchObject({ lastTool: true, instructions: false });
});

it("nothing is marked for providers that cache by themselves, nor where it is off", () => {
  expect(marks({ instructions: long }, { kind: "openai" })).toEqual(noMarks);
  expect(marks({ instructions: long }, { kind: "simulated" })).toEqual(noMarks);
  expect(marks({ instructions: long }, { kind: "anthropic", promptCache: false })).toEqual(noMarks);
  const simulated = { kind: "simulated", format: "anthropic" } as const;
  expect(marks({ instructions: long }, simulated).instructions).toBe(true);
});
