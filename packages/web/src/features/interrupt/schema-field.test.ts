import type { JsonObject } from "@flotilla/core";
import { expect, test } from "vitest";
import { defaultsOf, fieldsOf, replyOf, valuesOf } from "./schema-field.ts";

const schema: JsonObject = {
  type: "object",
  required: ["name", "size"],
  properties: {
    name: { type: "string", maxLength: 40, title: "Your name" },
    size: { type: "string", enum: ["s", "m"], default: "m" },
    count: { type: "integer", minimum: 1, maximum: 9 },
    express: { type: "boolean" },
    colours: { type: "array", items: { type: "string", enum: ["red", "blue"] } },
    address: { type: "object", required: ["town"], properties: { town: { type: "string" } } },
    rest: { anyOf: [{ type: "string" }, { type: "null" }] },
  },
};

test("each property has the field that fits it; what has none is JSON", () => {
  const fields = fieldsOf(schema);
  expect(fields.map(({ path, kind, isRequired }) => [path, kind, isRequired])).toEqual([
    ["name", "text", true],
    ["size", "choice", true],
    ["count", "number", false],
    ["express", "boolean", false],
    ["colours", "choice", false],
    ["address.town", "text", true],
    ["rest", "json", false],
  ]);
  expect(fields[0]?.label).toBe("Your name");
});

test("a reply is there once everything required is, and leaves out what is empty", () => {
  const fields = fieldsOf(schema);
  const values = defaultsOf(schema);
  expect(replyOf(fields, values)).toBeUndefined();
  expect(replyOf(fields, { ...values, name: "Ann", "address.town": "Kiel" })).toEqual({
    name: "Ann",
    size: "m",
    express: false,
    address: { town: "Kiel" },
  });
});

test("a schema that is no object is one field", () => {
  const fields = fieldsOf({ type: "number", minimum: 0 });
  expect(fields).toMatchObject([{ path: "", kind: "number", min: 0 }]);
  expect(replyOf(fields, { "": 7 })).toBe(7);
  expect(replyOf(fields, {})).toBeUndefined();
});

test("a reply is taken apart into its fields, and put together the same", () => {
  const fields = fieldsOf(schema);
  const reply = { name: "Ada", size: "m", address: { town: "Rome" }, rest: null };
  const values = valuesOf(fields, reply);
  expect(values).toMatchObject({ "address.town": "Rome", rest: null, count: undefined });
  expect(replyOf(fields, values)).toEqual(reply);
});
