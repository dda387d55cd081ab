import { parseServerSentEvents, type StreamMessage } from "@flotilla/api";
import fc from "fast-check";
import { expect, test } from "vitest";
import { toFrame, toText } from "./encode.ts";

const messages = fc.record(
  {
    type: fc.constantFrom("event", "cells", "progress", "inbox", "fleet"),
    cursor: fc.nat().map(String),
    data: fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue())),
  },
  { requiredKeys: ["type", "data"] },
) as unknown as fc.Arbitrary<StreamMessage>;

test("a message is the same over both kinds of connection, however often it is sent", async () => {
  await fc.assert(
    fc.asyncProperty(messages, fc.nat(), async (message, sub) => {
      const plain = JSON.parse(JSON.stringify(message)) as StreamMessage;
      for (const _time of [1, 2]) {
        expect(JSON.parse(toText(message, sub))).toEqual({ ...plain, sub });
        const body = new Blob([toFrame(message)]).stream();
        const [event, ...more] = await Array.fromAsync(parseServerSentEvents(body));
        expect(more).toEqual([]);
        expect(event?.event).toBe(message.type);
        expect(event?.id).toBe("cursor" in message ? (message.cursor ?? null) : null);
        expect(JSON.parse(event?.data ?? "")).toEqual(plain.data);
      }
    }),
  );
});
