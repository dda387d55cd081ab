import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { agentSpecSchema, type AgentSpec } from "@flotilla/core";
import { LineCounter, parseAllDocuments, type Document } from "yaml";
import { readTextFile, unreadable } from "./input-text.ts";
import { UsageError } from "./usage.ts";

/** Something wrong in an agent file, with its place for editors: `file:line:column`. */
export interface AgentProblem {
  place: string;
  /** `limits.maxSteps`, `tools[2]`; empty for the whole document. */
  path: string;
  message: string;
}

export interface AgentFiles {
  specs: AgentSpec[];
  problems: AgentProblem[];
}

const extensions = /\.(?:ya?ml|json)$/;

/**
 * Reads and checks the agents in a file, in every YAML and JSON file of a folder, or on
 * stdin (`-`). Every problem of every file is reported, not only the first. Throws
 * UsageError when there is nothing to read.
 */
export async function readAgentFiles(target: string): Promise<AgentFiles> {
  const all: AgentFiles = { specs: [], problems: [] };
  const places = new Map<string, string>();
  for (const path of await filesAt(target)) {
    const name = path === "-" ? "stdin" : path;
    const found = parseAgents(await readTextFile(path), name);
    all.problems.push(...found.problems);
    for (const spec of found.specs) {
      const earlier = places.get(spec.name);
      if (earlier !== undefined) {
        const message = `the agent ${spec.name} is already in ${earlier}`;
        all.problems.push({ place: name, path: "name", message });
      }
      places.set(spec.name, name);
      all.specs.push(spec);
    }
  }
  return all;
}

/** The agents in one text: YAML (several documents are several agents) or JSON. */
export function parseAgents(text: string, name: string): AgentFiles {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
  const found: AgentFiles = { specs: [], problems: [] };
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line || 1}:${col || 1}`;
  };
  for (const document of "empty" in documents ? [] : documents) {
    if (document.errors.length > 0) {
      for (const { message, pos } of document.errors) {
        found.problems.push({ place: place(pos[0]), path: "", message });
      }
    } else if (document.contents !== null) {
      checkDocument(document, place, found);
    }
  }
  if (found.specs.length === 0 && found.problems.length === 0) {
    found.problems.push({ place: `${name}:1:1`, path: "", message: "there is no agent in it" });
  }
  return found;
}

function checkDocument(
  document: Document.Parsed,
  place: (offset: number) => string,
  found: AgentFiles,
): void {
  const parsed = agentSpecSchema.safeParse(document.toJS());
  if (parsed.success) {
    found.specs.push(parsed.data);
    return;
  }
  for (const issue of parsed.error.issues) {
    const paths =
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => [...issue.path, key])
        : [issue.path];
    const message = issue.code === "unrecognized_keys" ? "there is no such setting" : issue.message;
    for (const path of paths) {
      const offset = offsetOf(document, path);
      found.problems.push({ place: place(offset), path: pathText(path), message });
    }
  }
}

/** Where the value is, or the nearest thing around it that is there. */
function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    const range = (node as { range?: [number, number, number] | null } | undefined)?.range;
    if (range) return range[0];
  }
  return document.contents?.range[0] ?? 0;
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) =>
      typeof part === "number" ? `[${part}]` : `${index > 0 ? "." : ""}${String(part)}`,
    )
    .join("");
}

async function filesAt(target: string): Promise<string[]> {
  if (target === "-") return [target];
  const entry = await stat(target).catch((error: unknown) => {
    throw unreadable(target, error);
  });
  if (!entry.isDirectory()) return [target];
  const names = (await readdir(target)).filter((name) => extensions.test(name)).toSorted();
  if (names.length === 0) {
    throw new UsageError(
      `There is no agent file in ${target}.`,
      "They end in .yaml, .yml or .json.",
    );
  }
  return names.map((name) => join(target, name));
}

/** Problems as editors and people read them, one per line. */
export function problemLines(problems: readonly AgentProblem[]): string[] {
  return problems.map(
    ({ place, path, message }) => `${place}: ${path ? `${path}: ` : ""}${message}`,
  );
}
