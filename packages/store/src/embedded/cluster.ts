import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chown, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { FlotillaError } from "@flotilla/core";
import { type Account, locateBinaries } from "./binaries.ts";
import { makeFolder } from "./folder.ts";

const execute = promisify(execFile);

export const superuser = "flotilla";

/** A set of databases on disk, and what it takes to run a server on it. */
export interface Cluster {
  /** Absolute path of the data directory. */
  data: string;
  /** What the server's programs are told the data directory is; it holds while they run in it. */
  dataArgument: string;
  bin: string;
  account: Account;
  password: string;
  logFile: string;
}

/** The environment of the server's programs: nothing of ours, least of all its secrets. */
export const serverEnvironment = { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" };

/** Opens the cluster in the folder `home`, which exists, and makes it first if there is none. */
export async function openCluster(home: string): Promise<Cluster> {
  const folder = join(resolve(home), "postgres-18");
  const account = await chooseAccount(folder);
  const bin = await locateBinaries(resolve(home), account);
  const passwordFile = join(folder, "password");
  let password = await readPassword(passwordFile);
  if (!password) {
    await makeFolder(folder, (draft) => createCluster(draft, bin, account));
    password = await readPassword(passwordFile);
  }
  if (!password) {
    throw new FlotillaError("config_invalid", `${passwordFile} is missing beside its data.`, {
      remedy: "Put it back from a backup, or move the folder away to start with an empty database.",
    });
  }
  const data = join(folder, "data");
  const logFile = join(resolve(home), "postgres.log");
  return { data, dataArgument: dataArgument(data, account), bin, account, password, logFile };
}

/** Postgres refuses root: root's server runs as the owner of its files, or as nobody. */
async function chooseAccount(folder: string): Promise<Account> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await stat(folder).catch(() => undefined);
  return owner && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : { uid: 65534, gid: 65534 };
}

/**
 * Another account may be unable to walk the path to the data directory, as below /root with its
 * mode 700. It needs no path: root starts it in the directory, and this link leads there.
 */
function dataArgument(data: string, account: Account): string {
  return account && process.platform === "linux" ? "/proc/self/cwd" : data;
}

async function readPassword(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new FlotillaError("config_invalid", `${file} cannot be read.`, {
      remedy: "Start as the user who made this folder, or choose another FLOTILLA_HOME.",
      cause: error,
    });
  }
}

async function createCluster(draft: string, bin: string, account: Account): Promise<void> {
  const data = join(draft, "data");
  const password = join(draft, "password");
  await mkdir(data, { mode: 0o700 });
  await writeFile(password, randomBytes(24).toString("base64url"), { mode: 0o600 });
  const owned = account ? [draft, data, password] : [];
  try {
    await Promise.all(owned.map((path) => chown(path, account!.uid, account!.gid)));
    const options = { ...account, cwd: data, env: serverEnvironment };
    await execute(join(bin, "initdb"), initArguments(dataArgument(data, account)), options);
  } catch (cause) {
    const { stderr, message } = cause as Error & { stderr?: string };
    throw new FlotillaError("unavailable", `No database could be made. ${stderr || message}`, {
      remedy: /user does not exist/.test(stderr ?? "")
        ? "Give this account an entry in /etc/passwd, or set DATABASE_URL."
        : `Look for space and permissions in ${draft}, or set DATABASE_URL.`,
      cause,
    });
  }
}

function initArguments(data: string): string[] {
  return [
    `--pgdata=${data}`,
    `--username=${superuser}`,
    "--auth=scram-sha-256",
    "--pwfile=../password",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
  ];
}
