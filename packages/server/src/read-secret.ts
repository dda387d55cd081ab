import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import type { Environment } from "./config.ts";

/**
 * Secrets need not stand in the configuration. A variable can be in a file (`X_FILE` names it), and
 * a text of a setting that may hold a secret can name its place:
 *
 * - `file:/run/secrets/key`: the file's content
 * - `env:NAME`: another variable
 * - `exec:command`: what a command prints, for any secret manager that has one
 * - `vault:secret/data/flotilla#key`: a field of HashiCorp Vault's KV, at `VAULT_ADDR` with
 *   `VAULT_TOKEN`
 *
 * They are read once, at start. A line break at the end belongs to none of them.
 */
const places: Readonly<Record<string, (place: string, env: Environment) => Promise<string>>> = {
  file: async (place) => readFileSync(place, "utf8"),
  env: async (place, env) => env[place] ?? "",
  exec: (place, env) => fromCommand(place, env),
  vault: (place, env) => fromVault(place, env),
};

const longestMs = 10_000;
const largestBytes = 1024 * 1024;

const run = promisify(execFile);

/** Replaces every text within a setting that names the place of a secret. */
export async function readSecrets(
  value: unknown,
  env: Environment,
  onProblem: (problem: string) => void,
): Promise<unknown> {
  if (typeof value === "string") return readSecret(value, env, onProblem);
  if (Array.isArray(value))
    return Promise.all(value.map((one) => readSecrets(one, env, onProblem)));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(
    async ([name, one]) => [name, await readSecrets(one, env, onProblem)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

async function readSecret(
  text: string,
  env: Environment,
  onProblem: (problem: string) => void,
): Promise<string> {
  const [, kind = "", place = ""] = /^(file|env|exec|vault):(?!\/\/)(.+)$/s.exec(text) ?? [];
  const read = places[kind];
  if (!read) return text;
  try {
    const secret = (await read(place, env)).replace(/\r?\n$/, "");
    if (secret === "") throw new Error("it is empty");
    return secret;
  } catch (error) {
    onProblem(`${kind}:${place} cannot be read: ${reasonOf(error)}`);
    return text;
  }
}

/** What a command has printed is not told: it may hold the secret. */
function reasonOf(error: unknown): string {
  const { code, killed, message } = error as Error & { code?: unknown; killed?: boolean };
  if (killed) return `it took longer than ${longestMs / 1_000} s`;
  return typeof code === "number" ? `the command ended with code ${code}` : message;
}

async function fromCommand(command: string, env: Environment): Promise<string> {
  const limits = { timeout: longestMs, maxBuffer: largestBytes, killSignal: "SIGKILL" } as const;
  const { stdout } = await run("/bin/sh", ["-c", command], { ...limits, env });
  return stdout;
}

/** Both versions of the KV engine: the second nests its data once more. */
async function fromVault(place: string, env: Environment): Promise<string> {
  const { VAULT_ADDR: address, VAULT_TOKEN: token, VAULT_NAMESPACE: namespace } = env;
  if (!address || !token) throw new Error("VAULT_ADDR and VAULT_TOKEN are needed");
  const [path = "", field] = place.split("#");
  if (!field) throw new Error("name the field after a #");
  const answer = await fetch(new URL(`/v1/${path}`, address), {
    headers: { "x-vault-token": token, ...(namespace && { "x-vault-namespace": namespace }) },
    redirect: "error",
    signal: AbortSignal.timeout(longestMs),
  });
  if (!answer.ok) throw new Error(`Vault answered ${answer.status}`);
  const { data } = (await answer.json()) as { data: { data?: Record<string, unknown> } };
  const secret = { ...data, ...data.data }[field];
  if (typeof secret !== "string") throw new Error(`there is no text in the field ${field}`);
  return secret;
}

/** The environment, with the content of the file that `X_FILE` names as `X`, for secrets that it takes. */
export function readVariableFiles(env: Environment, problems: string[]): Environment {
  const variables = { ...env };
  for (const [name, path] of Object.entries(env)) {
    if (!path || !isSecretFile(name)) continue;
    const variable = name.slice(0, -"_FILE".length);
    if (env[variable]) {
      problems.push(`${name}: ${variable} is set as well; keep one of them`);
      continue;
    }
    try {
      variables[variable] = readFileSync(path, "utf8").replace(/\r?\n$/, "");
    } catch (error) {
      problems.push(`${name} cannot be read: ${(error as Error).message}`);
    }
  }
  return variables;
}

/** Variables of ours, of providers and of storage; other programs have their own `…_FILE`. */
function isSecretFile(name: string): boolean {
  return /^(FLOTILLA_\w+|DATABASE_URL|VAULT_TOKEN|\w+_SECRET|\w+_(API|ACCESS|SECRET)_KEY(_ID)?)_FILE$/.test(
    name,
  );
}
