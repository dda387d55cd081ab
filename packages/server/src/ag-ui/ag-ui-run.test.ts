import { messageText } from "@flotilla/core";
import { EventSchemas } from "@ag-ui/core/schemas";
import fc from "fast-check";
import { expect, test } from "vitest";
import { eventsOf, inJournal, runs } from "../../../core/test/any-run.ts";
import { AgUiRun, type AgUiEvent } from "./ag-ui-run.ts";
import { agUiPlan, runAgentInputSchema } from "./input.ts";

const input = runAgentInputSchema.parse({
  threadId: "t",
  runId: "r",
  state: { mine: 1 },
  messages: [{ id: "m1", role: "user", content: "Hi" }],
});

function play({ steps, end }: Parameters<Parameters<(typeof runs)["map"]>[0]>[0]): AgUiEvent[] {
  const run = new AgUiRun("run_00000000000000000000000001", input);
  return inJournal(eventsOf(steps, end)).flatMap((event) => run.push(event));
}

const opening: Readonly<Record<string, string>> = {
  TEXT_MESSAGE_START: "TEXT_MESSAGE_END",
  TOOL_CALL_START: "TOOL_CALL_END",
  REASONING_MESSAGE_START: "REASONING_MESSAGE_END",
  REASONING_START: "REASONING_END",
  STEP_STARTED: "STEP_FINISHED",
};

test("every run makes events of the protocol, well nested, and ends with nothing open", () => {
  fc.assert(
    fc.property(runs, (made) => {
      const events = play(made);
      const open: string[] = [];
      for (const event of events) {
        EventSchemas.parse(event);
        const closes = opening[event.type];
        if (closes) open.push(closes);
        else if (Object.values(opening).includes(event.type)) expect(open.pop()).toBe(event.type);
      }
      expect(open).toEqual([]);
      expect(events[0]?.type).toBe("RUN_STARTED");
      const last = made.end.type === "run.failed" ? "RUN_ERROR" : "RUN_FINISHED";
      expect(events.at(-1)?.type).toBe(last);
      expect(events.filter(({ type }) => type === "RUN_FINISHED").length).toBeLessThan(2);
    }),
  );
});

interface Shown {
  id: string;
  role: string;
  text: string;
}

/** The messages as a client folds them. */
function fold(events: AgUiEvent[]): Shown[] {
  let shown: Shown[] = [{ id: "m1", role: "user", text: "Hi" }];
  for (const event of events) {
    const id = String(event["messageId"]);
    if (event.type === "TEXT_MESSAGE_START") shown.push({ id, role: "assistant", text: "" });
    if (event.type === "TEXT_MESSAGE_CONTENT") {
      const message = shown.find((one) => one.id === id);
      if (message) message.text += String(event["delta"]);
    }
    if (event.type === "MESSAGES_SNAPSHOT") {
      const messages = event["messages"] as { id: string; role: string; content?: string }[];
      shown = messages.map((one) => ({ id: one.id, role: one.role, text: one.content ?? "" }));
    }
  }
  return shown.filter(({ role, text }) => role === "assistant" && text !== "");
}

test("a client that folds them has the answers of the journal, and nothing that was broken off", () => {
  fc.assert(
    fc.property(runs, (made) => {
      const events = eventsOf(made.steps, made.end);
      const answers = events.flatMap((event) =>
        event.type === "step.completed" ? [messageText(event.message)] : [],
      );
      expect(fold(play(made)).map(({ text }) => text)).toEqual(answers.filter((text) => text));
    }),
  );
});

test("the client's state stays its own, and has how the run stands beside it", () => {
  const events = play({ steps: [], end: { type: "run.completed", output: "o" } });
  expect(events[1]).toMatchObject({
    type: "STATE_SNAPSHOT",
    snapshot: { mine: 1, flotilla: { status: "pending", steps: 0 } },
  });
  expect(events.at(-2)).toMatchObject({
    type: "STATE_DELTA",
    delta: [{ op: "replace", path: "/flotilla", value: { status: "completed" } }],
  });
});

test("context and tools of the application go with the run, what only clients show does not", () => {
  const {
    request,
    input: asked,
    history,
  } = agUiPlan({
    ...input,
    messages: [
      { id: "s", role: "system", content: "Be brief." },
      { id: "r", role: "reasoning", content: "hm" },
      ...input.messages,
    ],
    tools: [{ name: "show", description: "Shows", parameters: { type: "object" } }],
    context: [{ description: "Page", value: "home" }],
  });
  expect({ asked, history }).toEqual({ asked: { text: "Hi" }, history: undefined });
  expect(request).toEqual({
    instructions: "Be brief.\n\nWhat the application tells:\nPage: home",
    tools: [{ name: "show", description: "Shows", input: { type: "object" } }],
  });
});
