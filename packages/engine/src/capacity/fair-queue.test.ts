import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FairQueue, type Place } from "./fair-queue.ts";

interface Call {
  flow: number;
  cost: number;
}

const place = (flow: number, weight = 1): Place => [
  { key: "organisation", weight: 1 },
  { key: String(flow), weight },
];

const weights = fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 2, maxLength: 6 });

describe("the fair queue", () => {
  it("serves backlogged flows by their weights, to within one call of each", () => {
    const anyCost = fc.double({ min: 0.1, max: 3, noNaN: true });
    fc.assert(
      fc.property(weights, fc.array(anyCost, { minLength: 50, maxLength: 50 }), (flows, costs) => {
        const queue = new FairQueue<Call>();
        for (const [flow, weight] of flows.entries()) {
          for (const cost of [...costs, ...costs, ...costs]) {
            queue.push(place(flow, weight), { flow, cost }, cost);
          }
        }
        const served = flows.map(() => 0);
        for (let turn = 0; turn < 50; turn++) {
          const { flow, cost } = queue.pop() as Call;
          served[flow] = (served[flow] ?? 0) + cost;
        }
        const shares = served.map((sum, flow) => sum / (flows[flow] ?? 1));
        const largest = Math.max(...costs);
        // Goyal et al., theorem 1: |W_f/r_f − W_m/r_m| ≤ l_f/r_f + l_m/r_m.
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(2 * largest + 1e-9);
      }),
    );
  });

  it("starves nobody: a newcomer waits for one call of each other flow at most", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 0, max: 100 }),
        (n, before) => {
          const queue = new FairQueue<Call>();
          for (let flow = 0; flow < n; flow++) {
            for (let i = 0; i < 200; i++) queue.push(place(flow), { flow, cost: 1 }, 1);
          }
          for (let i = 0; i < before; i++) queue.pop();
          queue.push(place(n), { flow: n, cost: 1 }, 1);
          let turns = 1;
          while (queue.pop()?.flow !== n) turns++;
          expect(turns).toBeLessThanOrEqual(n + 1);
        },
      ),
    );
  });

  it("gives out each entry once, in its flow's order, as long as there is one", () => {
    const push = fc.record({
      flow: fc.integer({ min: 0, max: 4 }),
      cost: fc.constantFrom(1, 2, 5),
    });
    const action = fc.oneof(push, fc.constant("pop" as const), fc.constant("remove" as const));
    fc.assert(
      fc.property(fc.array(action, { maxLength: 200 }), (actions) => {
        const queue = new FairQueue<number>();
        const waiting = new Map<number, { flow: number; remove: () => void }>();
        let id = 0;
        const pop = () => {
          const found = queue.pop();
          expect(found === undefined).toBe(waiting.size === 0);
          if (found === undefined) return;
          const { flow } = waiting.get(found) ?? {};
          const earlier = [...waiting].filter(([other, one]) => one.flow === flow && other < found);
          expect(earlier).toEqual([]);
          waiting.delete(found);
        };
        for (const act of actions) {
          if (act === "pop") pop();
          else if (act === "remove") {
            const [first] = waiting;
            first?.[1].remove();
            if (first) waiting.delete(first[0]);
          } else {
            const ticket = queue.push(place(act.flow), id, act.cost);
            waiting.set(id++, { flow: act.flow, remove: () => ticket.remove() });
          }
          expect(queue.size).toBe(waiting.size);
        }
        while (waiting.size > 0) pop();
        expect(queue.pop()).toBeUndefined();
      }),
    );
  });

  it("says beforehand in which order it will serve", () => {
    const entry = fc.record({
      organisation: fc.constantFrom("a", "b"),
      flow: fc.constantFrom("x", "y", "z"),
      cost: fc.constantFrom(1, 2, 3),
    });
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 40 }), (entries) => {
        const queue = new FairQueue<number>();
        for (const [id, { organisation, flow, cost }] of entries.entries()) {
          queue.push(
            [
              { key: organisation, weight: 1 },
              { key: flow, weight: flow === "x" ? 4 : 1 },
            ],
            id,
            cost,
          );
        }
        const said = queue.peek(entries.length);
        expect(said).toEqual(entries.map(() => queue.pop()));
      }),
    );
  });

  it("lets a flow that was idle claim nothing for the time it was away", () => {
    const queue = new FairQueue<Call>();
    for (let i = 0; i < 100; i++) queue.push(place(0), { flow: 0, cost: 1 }, 1);
    for (let i = 0; i < 50; i++) queue.pop();
    for (let i = 0; i < 100; i++) queue.push(place(1), { flow: 1, cost: 1 }, 1);
    const next = Array.from({ length: 20 }, () => queue.pop()?.flow);
    expect(next.filter((flow) => flow === 1).length).toBeLessThanOrEqual(11);
  });
});
