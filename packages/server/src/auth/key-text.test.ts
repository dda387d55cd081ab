import { randomBytes } from "node:crypto";
import { environments } from "@flotilla/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { hashKey, newKey, readKey } from "./key-text.ts";

const environment = fc.constantFrom(...environments);
const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";

test("a key tells its environment, and what is kept of it is no secret", () => {
  fc.assert(
    fc.property(environment, (one) => {
      const key = newKey(one, randomBytes);
      expect(readKey(key.text)).toBe(one);
      expect(key.text).toMatch(/^flo_(dev|staging|prod)_[0-9A-Za-z]{38}$/);
      expect(key.hash).toEqual(hashKey(key.text));
      expect(key.text.startsWith(key.hint)).toBe(true);
      expect(key.hint).toHaveLength(`flo_${one}_`.length + 6);
    }),
  );
});

test("one wrong character, or two that changed places, are found without a database", () => {
  fc.assert(
    fc.property(
      environment,
      fc.nat(),
      fc.constantFrom(...Array.from(letters)),
      fc.nat(),
      (one, place, letter, other) => {
        const { text } = newKey(one, randomBytes);
        const at = place % text.length;
        const wrong = text.slice(0, at) + letter + text.slice(at + 1);
        expect(readKey(wrong)).toBe(wrong === text ? one : undefined);
        const next = other % (text.length - 1);
        const swapped = text.slice(0, next) + text[next + 1] + text[next] + text.slice(next + 2);
        expect(readKey(swapped)).toBe(swapped === text ? one : undefined);
      },
    ),
  );
});

test("text that is no key is none", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(readKey(text)).toBeUndefined();
    }),
  );
  expect(readKey(`${newKey("dev", randomBytes).text}0`)).toBeUndefined();
});

test("every character of the secret is as likely as any other", () => {
  const counts = new Map<string, number>();
  for (let i = 0; i < 2_000; i++) {
    for (const letter of newKey("dev", randomBytes).text.slice(8, 40)) {
      counts.set(letter, (counts.get(letter) ?? 0) + 1);
    }
  }
  expect(counts.size).toBe(62);
  const expected = (2_000 * 32) / 62;
  for (const count of counts.values())
    expect(Math.abs(count - expected)).toBeLessThan(expected / 4);
});
