import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { FlotillaError, specIssues, specPath, specPlace } from "@flotilla/core";
import { LineCounter, parseAllDocuments, type Document } from "yaml";
import type { z } from "zod";
import { readTextFile, unreadable } from "./input-text.ts";
import { counted } from "./render/number.ts";
import { UsageError } from "./usage.ts";

/** Something wrong in a file, with its place for editors: `file:line:column`. */
export interface SpecProblem {
  place: string;
  /** `limits.maxSteps`, `tools[2]`; empty for the whole document. */
  path: string;
  message: string;
}

export interface SpecFiles<T> {
  specs: T[];
  problems: SpecProblem[];
}

/** What files describe. */
export interface SpecKind<T> {
  noun: string;
  schema: {
    safeParse(value: unknown): { success: true; data: T } | { success: false; error: z.ZodError };
  };
}

const extensions = /\.(?:ya?ml|json)$/;

/**
 * Reads and checks the specs in a file, in every YAML and JSON file of a folder, or on
 * stdin (`-`). Every problem of every file is reported, not only the first. Throws
 * UsageError when there is nothing to read.
 */
export async function readSpecFiles<T extends { name: string }>(
  target: string,
  kind: SpecKind<T>,
): Promise<SpecFiles<T>> {
  const all: SpecFiles<T> = { specs: [], problems: [] };
  const places = new Map<string, string>();
  for (const path of await filesAt(target, kind)) {
    const name = path === "-" ? "stdin" : path;
    const found = parseSpecs(await readTextFile(path), name, kind);
    all.problems.push(...found.problems);
    for (const spec of found.specs) {
      const earlier = places.get(spec.name);
      if (earlier !== undefined) {
        const message = `the ${kind.noun} ${spec.name} is already in ${earlier}`;
        all.problems.push({ place: name, path: "name", message });
      }
      places.set(spec.name, name);
      all.specs.push(spec);
    }
  }
  return all;
}

/** The specs in one text: YAML (several documents are several specs) or JSON. */
export function parseSpecs<T>(text: string, name: string, kind: SpecKind<T>): SpecFiles<T> {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
  const found: SpecFiles<T> = { specs: [], problems: [] };
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
      checkDocument(document, place, kind, found);
    }
  }
  if (found.specs.length === 0 && found.problems.length === 0) {
    found.problems.push({
      place: `${name}:1:1`,
      path: "",
      message: `there is no ${kind.noun} in it`,
    });
  }
  return found;
}

function checkDocument<T>(
  document: Document.Parsed,
  place: (offset: number) => string,
  kind: SpecKind<T>,
  found: SpecFiles<T>,
): void {
  const parsed = kind.schema.safeParse(document.toJS());
  if (parsed.success) {
    found.specs.push(parsed.data);
    return;
  }
  for (const { path, message } of specIssues(parsed.error)) {
    const [offset] = specPlace(document, path);
    found.problems.push({ place: place(offset), path: specPath(path), message });
  }
}

async function filesAt(target: string, kind: SpecKind<unknown>): Promise<string[]> {
  if (target === "-") return [target];
  const entry = await stat(target).catch((error: unknown) => {
    throw unreadable(target, error);
  });
  if (!entry.isDirectory()) return [target];
  const names = (await readdir(target)).filter((name) => extensions.test(name)).toSorted();
  if (names.length === 0) {
    throw new UsageError(
      `There is no ${kind.noun} file in ${target}.`,
      "They end in .yaml, .yml or .json.",
    );
  }
  return names.map((name) => join(target, name));
}

/** Throws `invalid_request` with every problem there is. */
export function refuseProblems(problems: readonly SpecProblem[]): void {
  if (problems.length === 0) return;
  const said = `${counted(problems.length, "problem")}; nothing was applied.`;
  throw new FlotillaError("invalid_request", [said, ...problemLines(problems)].join("\n  "), {
    remedy: "Correct them and apply again.",
  });
}

/** Problems as editors and people read them, one per line. */
export function problemLines(problems: readonly SpecProblem[]): string[] {
  return problems.map(
    ({ place, path, message }) => `${place}: ${path ? `${path}: ` : ""}${message}`,
  );
}
