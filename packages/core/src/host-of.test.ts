import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalHost, canonicalPattern, hostOf, isHostOf } from "./host-of.ts";

const told: [string, string | undefined][] = [
  ["https://example.com/path?x=1#y", "example.com"],
  ["HTTPS://EXAMPLE.com.", "example.com"],
  ["https://example.com:8443/", "example.com"],
  ["https://user:word@example.com/", "example.com"],
  ["https://example.com@evil.test/", "evil.test"],
  ["https://example.com:443@evil.test/", "evil.test"],
  ["https://evil.test/?https://example.com", "evil.test"],
  ["https://evil.test#@example.com", "evil.test"],
  ["https://bücher.example/", "xn--bcher-kva.example"],
  ["https://example.com。evil.test/", "example.com.evil.test"],
  ["https://ｅｘａｍｐｌｅ．com/", "example.com"],
  ["http://2130706433/", "127.0.0.1"],
  ["http://0x7f.1/", "127.0.0.1"],
  ["http://[::ffff:7f00:1]/", "[::ffff:7f00:1]"],
  ["postgres://me@db.example.com/x", "db.example.com"],
  ["ann@example.com", "example.com"],
  ["Ann Lee <ann@Example.COM>", "example.com"],
  ["mailto:ann@example.com", "example.com"],
  ["ann@bücher.example", "xn--bcher-kva.example"],
];
const unclear = [
  "",
  "example.com",
  "https:example.com",
  "https:///example.com",
  "https://",
  "https://example.com\\@evil.test/",
  "https://a@example.com@evil.test/",
  "https://ex%61mple.com/",
  "https://example.com%00.evil.test/",
  "https://example.com%2f@evil.test/",
  "https://exam\tple.com/",
  "https://exam\nple.com/",
  "https://example.com .evil.test/",
  "https://exa\u200bmple.com/",
  "https://example.com..",
  "ann@example.com, eve@evil.test",
  "ann@example.com;eve@evil.test",
  '"ann@evil.test"@example.com',
  "ann%evil.test@example.com",
  "mailto:ann@example.com?cc=eve@evil.test",
  "ann@evil.test <ann@example.com>",
  "ann@example.com:25",
  "@example.com",
  "ann@",
  "ann@exam ple.com",
];

test("a host is told in one form, whatever spelling leads to it", () => {
  for (const [text, host] of told) expect([text, hostOf(text)]).toEqual([text, host]);
});

test("what is read in two ways, or is no URL and no address, has none", () => {
  for (const text of unclear) expect([text, hostOf(text)]).toEqual([text, undefined]);
});

test("no URL whose authority holds something else is taken for the host's", () => {
  const noise = fc.string({
    maxLength: 12,
    unit: fc.constantFrom(...Array.from("@:/\\?#%.。 \tab0")),
  });
  fc.assert(
    fc.property(noise, noise, (before, after) => {
      const text = `https://${before}evil.test${after}`;
      const host = hostOf(text);
      // What is told is what the platform's own URL connects to.
      if (host === undefined) return;
      expect(host).toBe(new URL(text).hostname.replace(/\.$/, ""));
    }),
    { numRuns: 2_000 },
  );
});

test("a pattern is a host, or all below one", () => {
  expect(canonicalPattern("Example.COM.")).toBe("example.com");
  expect(canonicalPattern("*.Bücher.example")).toBe("*.xn--bcher-kva.example");
  for (const wrong of ["*", "*.", "a.*", "https://example.com", "example.com:80", "a b", "*.*"]) {
    expect([wrong, canonicalPattern(wrong)]).toEqual([wrong, undefined]);
  }
  expect(isHostOf("*.example.com", "a.b.example.com")).toBe(true);
  for (const other of ["example.com", "badexample.com", "example.com.evil.test"]) {
    expect(isHostOf("*.example.com", other)).toBe(false);
  }
  expect(canonicalHost("[::1]")).toBe("[::1]");
});
