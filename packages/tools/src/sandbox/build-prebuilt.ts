import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { sourcesHash } from "./launcher-file.ts";
import { prebuiltFlags } from "./prebuilt-flags.ts";

/**
 * Makes the prebuilt launchers, the same bytes each time: `npm run launcher -w packages/tools`.
 * It takes Debian's musl-tools, gcc-aarch64-linux-gnu, libc6-dev-arm64-cross, and for arm64 the folder into which
 * Debian's musl-dev for arm64 was unpacked (`dpkg-deb -x`), in MUSL_ARM64.
 */
const sources = fileURLToPath(new URL("./launcher/", import.meta.url));
const target = fileURLToPath(new URL("./launcher-prebuilt/", import.meta.url));
const mostBytes = 100_000;

const files = readdirSync(sources).filter((name) => name.endsWith(".c"));

function build(arch: string, compiler: string, before: string[], after: string[]): void {
  const output = join(target, arch);
  execFileSync(compiler, [...prebuiltFlags, ...before, "-o", output, ...files, ...after], {
    cwd: sources,
    stdio: "inherit",
  });
  const { size } = statSync(output);
  if (size > mostBytes) throw new Error(`${output} has ${size} bytes, at most ${mostBytes}`);
  process.stdout.write(`${output}: ${size} bytes\n`);
}

function buildArm64(musl: string): void {
  const compiler = "aarch64-linux-gnu-gcc";
  const support = execFileSync(compiler, ["-print-libgcc-file-name"], { encoding: "utf8" }).trim();
  const library = join(musl, "usr/lib/aarch64-linux-musl");
  const include = join(musl, "usr/include/aarch64-linux-musl");
  const of = (name: string) => join(library, name);
  build(
    "arm64",
    compiler,
    [
      "-mno-outline-atomics",
      "-nostdlib",
      "-nostdinc",
      ...["-isystem", include, "-isystem", join(dirname(support), "include")],
      of("crt1.o"),
      of("crti.o"),
    ],
    [of("libc.a"), support, of("crtn.o")],
  );
}

const musl = process.env["MUSL_ARM64"];
if (!musl) throw new Error("name the folder of the unpacked musl-dev for arm64 in MUSL_ARM64");
mkdirSync(target, { recursive: true });
build("x64", "musl-gcc", [], []);
buildArm64(musl);
writeFileSync(join(target, "sources.sha256"), `${await sourcesHash()}\n`);
