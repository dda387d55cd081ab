import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";

/**
 * Runs the repository's static checks, two at a time, and prints what failed and how long each
 * took. Names of checks as arguments run only those.
 */
const checks = ["format:check", "lint", "types", "boundaries", "sizes", "knip"];
const atOnce = 2;

interface Outcome {
  check: string;
  passed: boolean;
  seconds: number;
  output: string;
}

async function runCheck(check: string): Promise<Outcome> {
  const started = performance.now();
  const child = spawn("npm", ["run", "--silent", check], { stdio: ["ignore", "pipe", "pipe"] });
  const closed = new Promise<boolean>((resolve, reject) => {
    child.once("error", reject).once("close", (code) => resolve(code === 0));
  });
  const [out, errors, passed] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return { check, passed, seconds: (performance.now() - started) / 1000, output: out + errors };
}

async function runAll(queue: string[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  async function lane(): Promise<void> {
    for (let check = queue.shift(); check; check = queue.shift()) {
      const outcome = await runCheck(check);
      outcomes.push(outcome);
      if (!outcome.passed) console.log(`\n--- ${check}\n${outcome.output.trimEnd()}\n`);
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane));
  return outcomes;
}

const chosen = process.argv.slice(2);
const unknown = chosen.filter((check) => !checks.includes(check));
if (unknown.length > 0) {
  throw new Error(`There is no check ${unknown.join(", ")}; there are: ${checks.join(", ")}.`);
}
const outcomes = await runAll(chosen.length > 0 ? chosen : [...checks]);
for (const { check, passed, seconds } of outcomes) {
  console.log(`${passed ? "passed" : "FAILED"}  ${check.padEnd(14)} ${seconds.toFixed(1)} s`);
}
console.log(`Node ${process.versions.node}`);
process.exitCode = outcomes.every(({ passed }) => passed) ? 0 : 1;
