import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { openPool } from "../../../packages/store/src/pool.ts";
import type { Platform } from "../../platform.ts";
import { descendants } from "../../process-tree.ts";

/** A place where a secret must not be, and all that is in it. */
export interface Place {
  name: string;
  text: string;
}

const ids = { run: "runId", bat: "batchId", art: "artifactId", thr: "threadId" } as const;

/**
 * Every GET of the OpenAPI document, for everything that there is: what has ids is asked for each, and the
 * streams for as long as they say something.
 */
export async function readApi(
  { url }: Platform,
  known: Record<string, string[]>,
): Promise<Place[]> {
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, unknown>>;
  };
  const paths = Object.entries(document.paths).filter(([, item]) => "get" in item);
  const asked = paths.flatMap(([path]) => filled(path, known));
  const others = ["/metrics", "/openapi.json", "/healthz", "/readyz"];
  const places: Place[] = [];
  for (const path of new Set([...asked, ...others])) {
    places.push({ name: path, text: await read(`${url}${path}`) });
  }
  return places;
}

function filled(path: string, known: Record<string, string[]>): string[] {
  const [whole, name] = /\{(\w+)\}/.exec(path) ?? [];
  if (whole === undefined || name === undefined) return [path];
  return (known[name] ?? []).flatMap((value) =>
    filled(path.replace(whole, encodeURIComponent(value)), known),
  );
}

/** Ids of what a text tells of, by the parameter that takes them. */
export function idsIn(text: string): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const [id, prefix] of text.matchAll(/\b(run|bat|art|thr)_[0-9a-z]{26}\b/g)) {
    const name = ids[prefix as keyof typeof ids];
    found[name] = [...new Set([...(found[name] ?? []), id])];
  }
  return found;
}

async function read(address: string): Promise<string> {
  const isStream = address.endsWith("/stream");
  const signal = AbortSignal.timeout(isStream ? 1_500 : 20_000);
  let text = "";
  try {
    const answer = await fetch(address, { signal });
    text = [...answer.headers.values()].join("\n");
    const decoder = new TextDecoder();
    for await (const chunk of answer.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
    }
  } catch (error) {
    if (!isStream) throw new Error(`${address} cannot be read`, { cause: error });
  }
  return text;
}

/** Every table of every schema, as text; and how many there are. */
export async function dumpDatabase(url: string): Promise<Place[]> {
  const pool = openPool({ url, max: 1, name: "dump", onError: () => undefined });
  const { rows: tables } = await pool.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
     WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  );
  const places: Place[] = [];
  for (const { name } of tables) {
    const { rows } = await pool.query<{ line: string }>(`SELECT t::text AS line FROM ${name} t`);
    places.push({ name: `table ${name}`, text: rows.map(({ line }) => line).join("\n") });
  }
  await pool.end();
  return places;
}

/** The command lines of all processes below one, its own, and the environments of those below. */
export async function readProcesses(pid: number): Promise<Place[]> {
  const below = descendants(pid);
  const factsOf = async (of: number, what: string): Promise<Place> => ({
    name: `${what} of process ${of}`,
    text: await readFile(`/proc/${of}/${what}`, "utf8").catch(() => ""),
  });
  return Promise.all([
    factsOf(pid, "cmdline"),
    ...below.flatMap((one) => [factsOf(one.pid, "cmdline"), factsOf(one.pid, "environ")]),
  ]);
}

/** Files of a folder and those below, save those that may hold what is looked for. */
export async function readFiles(folder: string, except: readonly string[]): Promise<Place[]> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const wanted = files.filter((one) => one.isFile() && !except.includes(one.name));
  return Promise.all(
    wanted.map(async (one) => {
      const path = join(one.parentPath, one.name);
      return { name: `file ${path}`, text: await readFile(path, "utf8").catch(() => "") };
    }),
  );
}
