import fc from "fast-check";
import { expect, test } from "vitest";
import { errorKey, errorTitle, ownFrames, type SeenError } from "./error-group.ts";
import { newId } from "./id.ts";

const seen = (message: string, stack?: string): SeenError => ({
  source: "request",
  organisation: null,
  code: "internal",
  message,
  stack,
});

test.each([
  ["There is no run run_01k9zx3c5v7b8n2m4q6w8e0r1t.", "There is no run <id>."],
  ["connect ECONNREFUSED 10.0.0.7:5432", "connect ECONNREFUSED <n>:<n>"],
  ["https://api.example.org/v1/x?y=1 answered 503 after 1.5 s", "<url> answered <n> after <n> s"],
  ["ENOENT: no such file, open '/srv/data/7/a.json'", "ENOENT: no such file, open '<path>'"],
  ["open C:\\Users\\ann\\a.json", "open <path>"],
  ["until 2026-01-31T08:00:00.000Z", "until <time>"],
  ["key 0b5d6a52-7c4c-4f4e-9d4e-1f3b1c9f0a11", "key <id>"],
  ["hash deadbeef01 is\n  not it", "hash <n> is not it"],
  ["either/or is no path, and neither is a/b", "either/or is no path, and neither is a/b"],
])("%s is titled by what stays the same", (message, title) => {
  expect(errorTitle(message)).toBe(title);
});

test("errors that differ in ids and numbers alone are the same, whatever these are", () => {
  const number = fc.integer({ min: 0, max: 10 ** 12 });
  fc.assert(
    fc.property(number, number, (a, b) => {
      const message = (n: number) => `Run ${newId("run", n)} failed after ${n} steps.`;
      expect(errorKey(seen(message(a)))).toBe(errorKey(seen(message(b))));
    }),
  );
});

test("a title is short and stays what it is", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 3_000 }), (message) => {
      const title = errorTitle(message);
      expect(title.length).toBeLessThanOrEqual(300);
      expect(errorTitle(title)).toBe(title);
    }),
  );
});

const stack = `Error: no
    at Pool.query (file:///srv/flotilla/node_modules/pg/lib/pool.js:45:11)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)
    at async readRun (file:///srv/flotilla/packages/server/src/routes/runs.ts:142:15)
    at async file:///srv/flotilla/packages/server/src/app.ts:9:3`;

test("own frames have function and file, not the line, and not what others wrote", () => {
  expect(ownFrames(stack)).toEqual(["readRun server/src/routes/runs.ts", "server/src/app.ts"]);
  expect(ownFrames(undefined)).toEqual([]);
  const moved = stack.replace("142:15", "150:2").replaceAll("/srv/", "/opt/");
  expect(errorKey(seen("no", moved))).toBe(errorKey(seen("no", stack)));
  const elsewhere = stack.replace("routes/runs.ts", "routes/agents.ts");
  expect(errorKey(seen("no", elsewhere))).not.toBe(errorKey(seen("no", stack)));
});
