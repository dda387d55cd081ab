import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** Whoever signed in at a server with `flotilla login`. */
interface Credential {
  token: string;
  /** ISO 8601. */
  expiresAt: string;
}

function credentialsFile(): string {
  const folder = process.env.XDG_CONFIG_HOME || join(homedir(), ".config");
  return join(folder, "flotilla", "credentials.json");
}

/** Undefined where nobody signed in, or the file cannot be read. */
export function readCredential(url: string): Credential | undefined {
  return readAll()[keyOf(url)];
}

/** In a file that its owner alone can read; undefined forgets whoever signed in. */
export function keepCredential(url: string, credential: Credential | undefined): void {
  const { [keyOf(url)]: _former, ...others } = readAll();
  const all = credential ? { ...others, [keyOf(url)]: credential } : others;
  const file = credentialsFile();
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const own = `${file}.${process.pid}`;
  writeFileSync(own, `${JSON.stringify(all, null, 2)}\n`, { mode: 0o600 });
  chmodSync(own, 0o600);
  renameSync(own, file);
}

function readAll(): Record<string, Credential> {
  try {
    return JSON.parse(readFileSync(credentialsFile(), "utf8")) as Record<string, Credential>;
  } catch {
    return {};
  }
}

/** A server is the same with and without a slash at the end of its address. */
function keyOf(url: string): string {
  return url.replace(/\/+$/, "");
}
