import { messageText } from "@flotilla/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { eventsOf, inJournal, runs } from "../../../core/test/any-run.ts";
import { ChatAnswer } from "./chat-answer.ts";
import { ResponseAnswer, type ResponseEvent } from "./responses-answer.ts";

const runId = "run_00000000000000000000000001";

type AnyRun = Parameters<Parameters<(typeof runs)["map"]>[0]>[0];

function play({ steps, end }: AnyRun, finalOnly = false) {
  const head = { model: "math", background: false, previousResponseId: null, finalOnly };
  const answer = new ResponseAnswer(runId, head);
  const events = inJournal(eventsOf(steps, end)).flatMap((event) =>
    answer.push(event).map((one) => structuredClone(one)),
  );
  return { events, response: answer.response() as { status: string; output: Item[] } };
}

interface Item {
  id: string;
  type: string;
  status: string;
  content?: { text: string }[];
  arguments?: string;
}

/** The output as a client folds it from the events of a stream. */
function fold(events: ResponseEvent[]): Item[] {
  const items: Item[] = [];
  for (const event of events) {
    const index = event["output_index"] as number;
    if (event.type === "response.output_item.added") {
      expect(index).toBe(items.length);
      items.push(event["item"] as Item);
    }
    if (event.type === "response.output_item.done") items[index] = event["item"] as Item;
  }
  return items;
}

test("events are numbered, items come one after the other, and add up to the response", () => {
  fc.assert(
    fc.property(runs, (made) => {
      const { events, response } = play(made);
      expect(events.map((one) => one.sequence_number)).toEqual(events.map((_, index) => index));
      expect(events.slice(0, 2).map(({ type }) => type)).toEqual([
        "response.created",
        "response.in_progress",
      ]);
      expect(fold(events)).toEqual(response.output);
      let open: unknown;
      for (const event of events) {
        if (event.type === "response.output_item.added") {
          expect(open).toBeUndefined();
          open = event["output_index"];
        } else if (event["output_index"] !== undefined) expect(event["output_index"]).toBe(open);
        if (event.type === "response.output_item.done") open = undefined;
      }
      expect(open).toBeUndefined();
      const last = {
        "run.completed": "completed",
        "run.failed": "failed",
        "run.cancelled": "failed",
      };
      expect(events.at(-1)?.type).toBe(`response.${last[made.end.type as keyof typeof last]}`);
    }),
  );
});

test("deltas add up to the text of their item", () => {
  fc.assert(
    fc.property(runs, (made) => {
      const { events, response } = play(made);
      const texts = new Map<string, string>();
      for (const event of events) {
        if (event.type !== "response.output_text.delta") continue;
        const id = String(event["item_id"]);
        texts.set(id, (texts.get(id) ?? "") + String(event["delta"]));
      }
      for (const item of response.output.filter(({ type }) => type === "message")) {
        expect(item.content?.[0]?.text).toBe(texts.get(item.id));
      }
    }),
  );
});

test("completed messages are the answers of the journal; with a schema there is the output alone", () => {
  fc.assert(
    fc.property(runs, (made) => {
      const answers = eventsOf(made.steps, made.end).flatMap((event) =>
        event.type === "step.completed" ? [messageText(event.message)] : [],
      );
      const whole = (items: Item[]) =>
        items
          .filter(({ type, status }) => type === "message" && status === "completed")
          .map((item) => item.content?.[0]?.text);
      expect(whole(play(made).response.output)).toEqual(answers.filter((text) => text !== ""));
      const isCompleted = made.end.type === "run.completed";
      expect(whole(play(made, true).response.output)).toEqual(isCompleted ? ["o"] : []);
    }),
  );
});

interface Choice {
  delta: { content?: string };
  finish_reason: string | null;
}

test("the pieces of a chat completion add up to the whole one, and one of them ends it", () => {
  fc.assert(
    fc.property(runs, fc.boolean(), (made, finalOnly) => {
      const answer = new ChatAnswer({ runId, model: "math", finalOnly, includeUsage: true });
      const chunks = inJournal(eventsOf(made.steps, made.end)).flatMap((one) => answer.push(one));
      const choices = chunks.flatMap((chunk) => (chunk as { choices: Choice[] }).choices);
      const finishes = choices.flatMap((one) => one.finish_reason ?? []);
      const { end } = answer;
      if (!end || "error" in end) {
        expect(finishes).toEqual([]);
        return;
      }
      expect(finishes).toEqual([end.finish]);
      const whole = answer.completion(end.finish) as {
        choices: { message: { content: string | null } }[];
      };
      const said = choices.map(({ delta }) => delta.content ?? "").join("");
      expect(whole.choices[0]?.message.content ?? "").toBe(said);
    }),
  );
});
