import { expect, test } from "vitest";
import { parametersOf } from "./parameter.ts";

test("each part of an input is a line: its type in words, its bounds, what stands when it is left out", () => {
  const lines = parametersOf({
    type: "object",
    required: ["url", "order"],
    properties: {
      url: { type: "string", format: "uri", description: "Where to." },
      order: { enum: ["asc", "desc"] },
      count: { type: "integer", minimum: 1, maximum: 10, default: 3 },
      id: { type: "integer", minimum: -9_007_199_254_740_991, maximum: 9_007_199_254_740_991 },
      names: { type: "array", items: { type: "string" } },
      rest: { anyOf: [{ type: "number", minimum: 0 }, { type: "null" }] },
    },
  });
  expect(
    lines.map(({ path, type, isRequired }) => `${path}: ${type}${isRequired ? "!" : ""}`),
  ).toEqual([
    "url: text (uri)!",
    'order: "asc" | "desc"!',
    "count: integer 1–10",
    "id: integer",
    "names: list of text",
    "rest: number ≥ 0 or null",
  ]);
  expect(lines[0]?.description).toBe("Where to.");
  expect(lines[2]?.fallback).toBe("3");
});

test("parts of objects, and of those in a list, stand below them by their path", () => {
  const town = { type: "object", properties: { name: { type: "string" } } };
  const lines = parametersOf({
    type: "object",
    properties: { home: town, others: { type: "array", items: town } },
  });
  expect(lines.map(({ path, type }) => [path, type])).toEqual([
    ["home", "object"],
    ["home.name", "text"],
    ["others", "list of object"],
    ["others[].name", "text"],
  ]);
});
