import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

const bin = fileURLToPath(new URL("../bin/flotilla.mjs", import.meta.url));
const run = promisify(execFile);

async function script(shell: string): Promise<string> {
  return (await run(process.execPath, [bin, "completion", shell])).stdout;
}

/** What bash offers for the last of the words. */
async function offered(completion: string, words: string[]): Promise<string[]> {
  const list = words.map((word) => `'${word}'`).join(" ");
  const ask = `${completion}
COMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; _flotilla
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await run("bash", ["--norc", "-c", ask]);
  return stdout.split("\n").filter(Boolean);
}

describe("shell completion", () => {
  test("in bash offers nouns, verbs, options and values", async () => {
    const bash = await script("bash");
    expect(await offered(bash, ["flotilla", "ba"])).toEqual(["batch"]);
    expect(await offered(bash, ["flotilla", "batch", "re"])).toEqual([
      "results",
      "resume",
      "retry",
    ]);
    expect(await offered(bash, ["flotilla", "batch", "run", "math", "--con"])).toEqual([
      "--concurrency",
    ]);
    expect(await offered(bash, ["flotilla", "batch", "results", "--format", ""])).toEqual([
      "csv",
      "jsonl",
    ]);
    expect(await offered(bash, ["flotilla", "batch", "run", "--budget", ""])).toEqual([]);
  });

  test("in zsh and fish names every noun and verb", async () => {
    const [zsh, fish] = await Promise.all([script("zsh"), script("fish")]);
    expect(zsh).toMatch(/^#compdef flotilla\n/);
    expect(zsh).toContain(
      "'retry:Run the failed and cancelled rows again, from where they failed'",
    );
    expect(fish).toContain(`complete -c flotilla -n '__flotilla_at "/batch"' -f -a results`);
    expect(fish).toContain(`-l status -x -a 'pending running waiting completed failed cancelled'`);
  });
});
