import fc from "fast-check";
import { expect, test } from "vitest";
import { eventId, eventPlace } from "./event-place.ts";

const requestId = fc.oneof(fc.string({ maxLength: 100 }), fc.integer());
const runId = "run_00000000000000000000000001";

test("the id of an event is the place again, and fits a header", () => {
  const places = fc.oneof(
    fc.record({
      kind: fc.constant("run" as const),
      place: fc.record({ runId: fc.constant(runId), seq: fc.nat() }),
      requestId,
      progressToken: fc.option(requestId, { nil: undefined }),
    }),
    fc.record({ kind: fc.constant("log" as const), log: fc.uuid(), index: fc.nat(1_000) }),
  );
  fc.assert(
    fc.property(places, (place) => {
      const id = eventId(place);
      expect(id).toMatch(/^[\w.-]+$/);
      expect(eventPlace(id)).toEqual(place);
    }),
  );
});

test.each(["", "r.run_1.1.x", `r.${runId}.1.!`, `r.${runId}.1.e30`, "s.x.1", "12"])(
  "%j is no place",
  (id) => expect(eventPlace(id)).toBeUndefined(),
);
