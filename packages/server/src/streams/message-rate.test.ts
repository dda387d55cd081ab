import fc from "fast-check";
import { expect, test } from "vitest";
import { MessageRate } from "./message-rate.ts";

test("over any stretch no more pass than it earned and the burst allows, and a steady sender is never refused", () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 2_000 }), { maxLength: 300 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100 }), gaps, (perSecond, waits) => {
      const rate = new MessageRate(perSecond, 0);
      const passed: number[] = [];
      let now = 0;
      for (const wait of waits) {
        now += wait;
        if (rate.take(now)) passed.push(now);
      }
      for (const [index, since] of passed.entries()) {
        const earned = perSecond * 10 + ((now - since) / 1_000) * perSecond;
        expect(passed.length - index).toBeLessThanOrEqual(earned + 1);
      }
      const steady = new MessageRate(perSecond, 0);
      const gap = Math.ceil(1_000 / perSecond);
      expect(waits.every((_, index) => steady.take(index * gap))).toBe(true);
    }),
  );
});
