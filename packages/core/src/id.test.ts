import { describe, expect, it } from "vitest";
import { newId } from "./id.ts";

describe("newId", () => {
  it("sorts by time", () => {
    const ids = [1, 1_000, 2 ** 40, 2 ** 47].map((now) => newId("run", now));
    expect(ids.toSorted()).toEqual(ids);
  });

  it("has the same shape always, and never the same value", () => {
    const ids = new Set(Array.from({ length: 1_000 }, () => newId("bat")));
    expect(ids.size).toBe(1_000);
    for (const id of ids) expect(id).toMatch(/^bat_[0-9a-hjkmnp-tv-z]{26}$/);
  });
});
