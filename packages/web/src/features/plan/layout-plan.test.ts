import { expect, test } from "vitest";
import { layoutPlan } from "./layout-plan.ts";

const step = (id: string, ...dependsOn: string[]) => ({ id, dependsOn });

test("a step stands behind what it depends on, and on nothing else", () => {
  const steps = [step("a"), step("b", "a"), step("c", "a"), step("d", "b", "c"), step("e", "gone")];
  const { direction, places } = layoutPlan(steps);
  const along = direction === "LR" ? "x" : "y";
  const at = (id: string) => places.get(id)?.[along] ?? 0;
  expect(at("a")).toBeLessThan(at("b"));
  expect(at("b")).toBe(at("c"));
  expect(at("c")).toBeLessThan(at("d"));
  const corners = [...places.values()].map(({ x, y }) => `${x} ${y}`);
  expect(new Set(corners).size).toBe(5);
});

test("many steps side by side go across, many after each other go down where that is larger", () => {
  const wide = [step("a"), ...["b", "c", "d", "e"].map((id) => step(id, "a"))];
  expect(layoutPlan(wide).direction).toBe("LR");
  const long = [step("a"), step("b", "a"), step("c", "b"), step("d", "c")];
  expect(layoutPlan(long).direction).toBe("TB");
});

test("a circle is drawn, too: a person has to see it to mend it", () => {
  expect(layoutPlan([step("a", "b"), step("b", "a")]).places.size).toBe(2);
});
