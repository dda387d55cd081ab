import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RotatingFile } from "./rotating-file.ts";
import type { FileSettings } from "./settings.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "flotilla-log-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const noon = Date.UTC(2026, 2, 1, 12);
const day = 86_400_000;

function settings(over: Partial<FileSettings> = {}): FileSettings {
  const file = join(folder, "logs", "flotilla.log");
  return { file, maxBytes: 4_096, maxFiles: 100, maxAgeDays: 30, compress: false, ...over };
}

const line = (n: number, time = noon) => `${JSON.stringify({ time, n, pad: "x".repeat(80) })}\n`;

function archives(): string[] {
  return readdirSync(join(folder, "logs"))
    .filter((name) => name !== "flotilla.log")
    .toSorted();
}

function textOf(name: string): string {
  const bytes = readFileSync(join(folder, "logs", name));
  return (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString();
}

/** The numbers of all lines of all files; throws when a line is no JSON. */
function numbers(): number[] {
  return readdirSync(join(folder, "logs"))
    .flatMap((name) => textOf(name).trimEnd().split("\n").filter(Boolean))
    .map((text) => (JSON.parse(text) as { n: number }).n)
    .toSorted((a, b) => a - b);
}

test("a file that has grown too large is put away, and no line is lost", async () => {
  const log = new RotatingFile(settings(), () => noon);
  for (let n = 0; n < 200; n++) {
    log.write(line(n));
    if (n % 3 === 0) log.flush();
  }
  await log.close();
  expect(numbers()).toEqual(Array.from({ length: 200 }, (_, n) => n));
  expect(archives().length).toBeGreaterThan(3);
  for (const name of archives()) expect(textOf(name).length).toBeLessThanOrEqual(4_096);
});

test("the file of a day that is over is put away, also by a process that starts later", async () => {
  let now = noon;
  const first = new RotatingFile(settings(), () => now);
  first.write(line(1));
  first.flush();
  now += day;
  first.write(line(2, now));
  await first.close();
  expect(archives()).toEqual(["flotilla.2026-03-02T12-00-00.000Z.log"]);
  const later = new RotatingFile(settings(), () => now + day);
  later.write(line(3, now + day));
  await later.close();
  expect(archives()).toHaveLength(2);
  expect(textOf("flotilla.log")).toBe(line(3, now + day));
});

test("archives that are too many or too old are deleted; the others are compressed", async () => {
  await mkdir(join(folder, "logs"));
  const names = ["2026-01-01", "2026-02-27", "2026-02-28", "2026-03-01"];
  for (const [n, date] of names.entries()) {
    await writeFile(join(folder, "logs", `flotilla.${date}T08-00-00.000Z.log`), line(n));
  }
  await writeFile(join(folder, "logs", "flotilla.notes.log"), "mine");
  const log = new RotatingFile(settings({ maxFiles: 2, compress: true }), () => noon);
  await log.close();
  expect(archives()).toEqual([
    "flotilla.2026-02-28T08-00-00.000Z.log.gz",
    "flotilla.2026-03-01T08-00-00.000Z.log.gz",
    "flotilla.notes.log",
  ]);
  expect(textOf("flotilla.2026-03-01T08-00-00.000Z.log.gz")).toBe(line(3));
  const strict = new RotatingFile(settings({ maxAgeDays: 1 }), () => noon);
  await strict.close();
  expect(archives()).toEqual(["flotilla.2026-03-01T08-00-00.000Z.log.gz", "flotilla.notes.log"]);
});

test("while the file cannot be written lines wait, and what was lost is said afterwards", async () => {
  const troubles: string[] = [];
  const blocked = join(folder, "logs");
  await writeFile(blocked, "in the way");
  const log = new RotatingFile(
    settings({ maxBytes: 2 ** 30 }),
    () => noon,
    (error) => troubles.push(error.message),
  );
  const wide = `${JSON.stringify({ n: 1, pad: "x".repeat(1_000_000) })}\n`;
  for (let n = 0; n < 6; n++) log.write(wide);
  log.flush();
  log.flush();
  expect(troubles).toHaveLength(1);
  await rm(blocked);
  log.write(line(7));
  await log.close();
  const [said, ...kept] = textOf("flotilla.log").trimEnd().split("\n");
  expect(JSON.parse(said as string)).toMatchObject({ level: 40, lost: 2 });
  expect(kept).toHaveLength(5);
  expect(`${kept.at(-1)}\n`).toBe(line(7));
});

test("several processes share a file: each line once and whole, and the last ones before an exit", async () => {
  const program = `
    import { RotatingFile } from ${JSON.stringify(new URL("./rotating-file.ts", import.meta.url).href)};
    const [from, settings] = JSON.parse(process.argv[1]);
    const log = new RotatingFile(settings, () => ${noon});
    for (let n = from; n < from + 500; n++) {
      log.write(JSON.stringify({ time: ${noon}, n, pad: "y".repeat(60) }) + "\\n");
      if (n % 7 === 0) await new Promise(setImmediate);
    }
    process.exit(0);`;
  const run = (from: number) => {
    const given = JSON.stringify([from, settings()]);
    return promisify(execFile)(process.execPath, ["--input-type=module", "-e", program, given]);
  };
  await Promise.all([run(0), run(500), run(1_000)]);
  expect(numbers()).toEqual(Array.from({ length: 1_500 }, (_, n) => n));
  expect(archives().length).toBeGreaterThan(10);
  expect(existsSync(join(folder, "logs", "flotilla.log.lock"))).toBe(false);
});

test("a file that somebody moves or deletes is made anew", async () => {
  const log = new RotatingFile(settings(), () => noon);
  log.write(line(1));
  log.flush();
  await rm(join(folder, "logs", "flotilla.log"));
  log.write(line(2));
  await log.close();
  expect(textOf("flotilla.log")).toBe(line(2));
});
