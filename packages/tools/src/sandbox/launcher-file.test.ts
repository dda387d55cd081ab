import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { debianProgram } from "../../test/debian-program.ts";
import { builtLauncher, launcherFile, prebuiltHash, sourcesHash } from "./launcher-file.ts";
import { prebuiltFlags } from "./prebuilt-flags.ts";
import { defaultLimits } from "./sandbox.ts";
import { startProgram } from "./start-program.ts";
import { devices, systemReadable } from "./system-paths.ts";
import { WarmLaunchers } from "./warm-launchers.ts";

const run = promisify(execFile);
const sources = fileURLToPath(new URL("./launcher/", import.meta.url));
const prebuilt = fileURLToPath(new URL("./launcher-prebuilt/x64", import.meta.url));
const musl = debianProgram("musl-gcc", "musl-tools");
const compiler = debianProgram("cc", "gcc");

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "flotilla-launcher-test-"));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return made;
}

test("the prebuilt launchers were made from the sources that are there", async () => {
  expect(await prebuiltHash()).toBe(await sourcesHash());
});

test.skipIf(musl.missing || process.arch !== "x64")(
  "the prebuilt launcher is what these sources give, byte by byte",
  async () => {
    const output = join(await folder(), "launcher");
    const files = (await readdir(sources)).filter((name) => name.endsWith(".c"));
    await run("musl-gcc", [...prebuiltFlags, "-o", output, ...files], { cwd: sources });
    expect((await readFile(output)).equals(await readFile(prebuilt))).toBe(true);
  },
);

test.skipIf(compiler.missing)("one that is built here behaves as the prebuilt one", async () => {
  const here = await folder();
  const built = await builtLauncher(here, await sourcesHash());
  const ready = await launcherFile(here);
  const probes = [built, ready].map(async (file) => (await run(file, ["probe"])).stdout);
  const [ofBuilt, ofReady] = await Promise.all(probes);
  expect(ofBuilt).toBe(ofReady);
  const outcomes = [built, ready].map(async (file) => {
    const workspace = await folder();
    const script = "echo one > file && cat file; cat /etc/shadow || exit 7";
    const program = startProgram(() => new WarmLaunchers(file).take(), {
      ...{ command: "/bin/sh", arguments: ["/bin/sh", "-c", script], directory: workspace },
      ...{ environment: {}, readable: systemReadable, writable: [workspace], devices },
      ...{ bubblewrap: [], limits: defaultLimits },
    });
    const out = program.stdout.toArray();
    program.stderr.resume();
    const { reason, exitCode } = await program.ended;
    return { reason, exitCode, out: Buffer.concat(await out).toString() };
  });
  const found = await Promise.all(outcomes);
  expect(found).toEqual([
    { reason: "exited", exitCode: 7, out: "one\n" },
    { reason: "exited", exitCode: 7, out: "one\n" },
  ]);
});
