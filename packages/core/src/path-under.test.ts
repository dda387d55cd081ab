import { posix } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isFolder, isUnder } from "./path-under.ts";

test("a path is under a folder when it is that folder or below it", () => {
  for (const path of [
    "reports",
    "reports/",
    "./reports/a.md",
    "reports//x/../a",
    "a/../reports/b",
  ]) {
    expect([path, isUnder("reports", path)]).toEqual([path, true]);
  }
  for (const path of ["report", "reports2/a", "reports/../secret", "x/reports", "."]) {
    expect([path, isUnder("reports", path)]).toEqual([path, false]);
  }
  expect(isUnder("/data", "/data/../etc/passwd")).toBe(false);
  expect(isUnder("/etc", "/data/../../../etc/passwd")).toBe(true);
  expect(isUnder("/", "/anything")).toBe(true);
  expect(isUnder(".", "anything")).toBe(true);
});

test("what leads elsewhere, or may yet be read otherwise, cannot be told", () => {
  const paths = [
    "../reports/a",
    "reports/../../x",
    "/reports/a",
    "reports\\..\\secret",
    "reports/%2e%2e/secret",
    "reports/..%2Fsecret",
    "reports/%252e/x",
    "reports/․․/secret",
    "reports／..／secret",
    "reports/\u0000x",
    "~/reports",
    " reports/a",
    "reports/\u200b../x",
  ];
  for (const path of paths) expect([path, isUnder("reports", path)]).toEqual([path, undefined]);
  expect(isUnder("/etc", "etc/passwd")).toBeUndefined();
});

test("what is told agrees with how a file system reads the path", () => {
  const part = fc.constantFrom("..", ".", "", "a", "b", "ab", "…", "%2e%2e", "a.b");
  const path = fc.array(part, { maxLength: 7 }).map((parts) => `/${parts.join("/")}`);
  fc.assert(
    fc.property(path, path, (folder, inner) => {
      fc.pre(isFolder(folder));
      const told = isUnder(folder, inner);
      if (told === undefined) return;
      const [outer, real] = [posix.resolve(folder), posix.resolve(inner)];
      const isBelow = real === outer || real.startsWith(outer === "/" ? "/" : `${outer}/`);
      expect(told).toBe(isBelow);
    }),
    { numRuns: 2_000 },
  );
});
