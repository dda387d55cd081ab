import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

const module = new URL("./catch-all.ts", import.meta.url).href;

/** A process that does `work` after it has set everything up. */
function run(work: string) {
  const program = `
    import { catchAll } from ${JSON.stringify(module)};
    const told = [];
    const errors = {
      take: (error) => told.push(error),
      close: async () => process.stdout.write(JSON.stringify(told)),
    };
    const log = { error: (fields, message) => process.stderr.write(message) };
    catchAll(errors, log);
    setInterval(() => undefined, 1_000);
    ${work}`;
  const args = ["--input-type=module", "-e", program];
  return spawnSync(process.execPath, args, { encoding: "utf8", timeout: 20_000 });
}

test.each([
  ["a rejection that nobody handles", `Promise.reject(new Error("no 17"));`],
  ["an error that nobody catches", `setTimeout(() => { throw new Error("no 17"); });`],
])("%s is told and logged, and ends the process with 1", (_what, work) => {
  const { status, stdout, stderr } = run(work);
  expect(status).toBe(1);
  expect(stderr).toContain("nobody caught an error");
  expect(JSON.parse(stdout)).toMatchObject([
    { source: "process", organisation: null, code: "internal", message: "no 17" },
  ]);
});

test("a book that cannot be written holds the end up for a moment only", () => {
  const { status } = run(
    `errors.close = () => new Promise(() => undefined); throw new Error("no");`,
  );
  expect(status).toBe(1);
});
