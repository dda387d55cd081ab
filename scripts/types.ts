import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Checks the types of the whole repository with the native compiler. */
const compiler = fileURLToPath(
  new URL("bin/tsc", import.meta.resolve("@typescript/native/package.json")),
);
const { status } = spawnSync(process.execPath, [compiler, "-p", "."], { stdio: "inherit" });
process.exitCode = status ?? 1;
