import fc from "fast-check";
import { expect, test } from "vitest";
import { checkJson } from "./check-json.ts";

const check = (text: string) => checkJson(new TextEncoder().encode(text).buffer);

test("any JSON without hidden members is taken", () => {
  const hasProto = (value: unknown): boolean =>
    typeof value === "object" &&
    value !== null &&
    (Object.hasOwn(value, "__proto__") || Object.values(value).some(hasProto));
  fc.assert(
    fc.property(
      fc.json({ stringUnit: "binary" }),
      fc.integer({ min: 0, max: 2 }),
      (text, indent) => {
        const value: unknown = JSON.parse(text);
        fc.pre(!hasProto(value));
        check(JSON.stringify(value, null, indent));
      },
    ),
  );
});

test("a member that is there twice is refused, wherever it is", () => {
  for (const text of ['{"a":1,"a":1}', '[{"b":{"a":1,"\\u0061":2}}]', '{"a:b":":","a:b":1}']) {
    expect(() => check(text)).toThrow("twice");
  }
  check('{"a":{"a":":"},"b":[{"a":"\\":"},{"a":1}]}');
});

test("what could change a prototype, is no UTF-8 or nests too deeply is refused", () => {
  expect(() => check('{"a":[{"__proto__":{"x":1}}]}')).toThrow("__proto__");
  expect(() => checkJson(Uint8Array.of(0x22, 0xff, 0x22).buffer)).toThrow("UTF-8");
  check("[".repeat(64) + "]".repeat(64));
  expect(() => check("[".repeat(65) + "]".repeat(65))).toThrow("64 levels");
  expect(() => check('{"a":'.repeat(65) + "1" + "}".repeat(65))).toThrow("64 levels");
  expect(() => check("")).toThrow("not JSON");
});
