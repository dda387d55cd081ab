import { agentSpecSchema, type Json, type JsonObject } from "@flotilla/core";
import { z } from "zod";

/** A place in a spec. */
export type SpecPath = readonly string[];

/** A part of an agent's definition as a field of a form; `json` is all that has no field of its own. */
export type SpecField = {
  path: SpecPath;
  label: string;
  /** What the schema says of it. */
  help: string | undefined;
  isRequired: boolean;
  /** What counts where nothing is given. */
  fallback: Json | undefined;
} & (
  | { kind: "text"; isLong: boolean }
  | { kind: "number"; isInteger: boolean; min: number | undefined; max: number | undefined }
  | { kind: "boolean" }
  | { kind: "choice"; options: string[] }
  | { kind: "texts" }
  | { kind: "json" }
);

const root = z.toJSONSchema(agentSpecSchema, { io: "input", unrepresentable: "any" }) as JsonObject;

/** From so many characters on a text gets more than a line. */
const longText = 300;

/** Names that are not told by their letters. */
const labels: Record<string, string> = {
  name: "Name",
  "settings.topP": "Top p",
  "settings.stop": "Stops at",
  outputRepairs: "Repairs of the output",
  output: "Output schema",
  "limits.maxSteps": "Model calls",
  "limits.maxTokens": "Tokens",
  "limits.maxCostUsd": "Cost in USD",
  "limits.maxWallSeconds": "Time in seconds",
  "retry.maxAttempts": "Attempts of a model call",
  "retry.baseMs": "First back-off in milliseconds",
  "context.compactAt": "Summarise at",
  "context.maxResultBytes": "Largest result in bytes",
  "context.model": "Model that summarises",
  "interrupts.audience.role": "Role that is asked",
  "interrupts.audience.userId": "Person who is asked",
  "interrupts.expireSeconds": "Expires after seconds",
  "interrupts.onExpiry": "When it expires",
  "interrupts.remindSeconds": "Reminds after seconds",
  "interrupts.escalateSeconds": "Escalates after seconds",
  "interrupts.escalateTo": "Escalates to",
  approvals: "Asks before",
  "team.maxDepth": "Levels below it",
  "team.maxChildren": "Runs that one run may start",
  "publish.mcp": "MCP",
  "publish.a2a": "A2A",
  "workspace.shared": "Shared folder",
  "recovery.toolTries": "Failures of a tool that the model is told of",
  "recovery.onToolFailure": "When a tool keeps failing",
};

/** The parts of the form, each with what stands in it at the top of a spec. What is in none comes last. */
const parts: [title: string, keys: string[]][] = [
  ["Model and instructions", ["name", "description", "model", "instructions"]],
  ["Tools", ["tools"]],
  ["Approvals and questions", ["approvals", "interrupts"]],
  ["Limits of one run", ["limits"]],
  ["How the model answers", ["settings", "cache"]],
  ["Output", ["output", "outputRepairs"]],
  ["Strategy", ["strategy", "taskClasses"]],
  ["Team", ["team"]],
  ["Long conversations", ["context"]],
  ["When things go wrong", ["retry", "recovery"]],
  ["Publishing and files", ["publish", "workspace"]],
];

export interface FormPart {
  /** Its title as a word of an address. */
  id: string;
  title: string;
  fields: SpecField[];
}

/** The whole form. */
export const formParts: readonly FormPart[] = (() => {
  const known = new Set(parts.flatMap(([, keys]) => keys));
  const rest = Object.keys(propertiesOf(root)).filter((key) => !known.has(key));
  const all = rest.length > 0 ? [...parts, ["More", rest] as (typeof parts)[number]] : parts;
  return all.map(([title, keys]) => ({
    id: title.toLowerCase().replaceAll(" ", "-"),
    title,
    fields: keys.flatMap((key) => fieldsAt([key])),
  }));
})();

/** The fields of what stands at a place: those of an object one after the other. */
export function fieldsAt(path: SpecPath): SpecField[] {
  const schema = schemaAt(path);
  if (!schema) return [];
  const inner = Object.keys(propertiesOf(schema));
  if (inner.length > 0) return inner.flatMap((key) => fieldsAt([...path, key]));
  return [fieldOf(schema, path)];
}

/** The strategies that take settings, by kind; each is a branch of one schema. */
const strategies = new Map(
  branchesOf(schemaAt(["strategy"]) ?? {}).flatMap((branch): [string, JsonObject][] => {
    const kind = propertiesOf(branch)["kind"];
    return isObject(kind) && typeof kind["const"] === "string" ? [[kind["const"], branch]] : [];
  }),
);

export const strategyKinds: readonly string[] = ["react", ...strategies.keys()];

/** The kind of what stands as strategy; left out: the plainest. */
export function strategyKind(value: Json | undefined): string {
  const kind = isObject(value) ? value["kind"] : undefined;
  return typeof kind === "string" ? kind : "react";
}

/** The settings of a strategy. */
export function strategyFields(kind: string): SpecField[] {
  const settings = propertiesOf(strategies.get(kind) ?? {});
  return Object.entries(settings).flatMap(([key, schema]) =>
    key !== "kind" && isObject(schema) ? [fieldOf(schema, ["strategy", key])] : [],
  );
}

/** The schemas of which a value has to fit one, those within one another as well. */
function branchesOf(schema: JsonObject): JsonObject[] {
  const several = schema["anyOf"] ?? schema["oneOf"];
  if (!Array.isArray(several)) return [schema];
  return several.filter(isObject).flatMap(branchesOf);
}

function fieldOf(schema: JsonObject, path: SpecPath): SpecField {
  const { type, description, default: fallback, items } = schema;
  const above = schemaAt(path.slice(0, -1));
  const required = above && Array.isArray(above["required"]) ? above["required"] : [];
  const base = {
    path,
    label: labels[path.join(".")] ?? wordsOf(path.at(-1) ?? ""),
    help: typeof description === "string" ? description : undefined,
    // What an object needs is only needed where the object is there.
    isRequired: path.length === 1 && required.includes(path[0] ?? ""),
    fallback,
  };
  if (Array.isArray(schema["enum"])) {
    return { ...base, kind: "choice", options: schema["enum"].map(String) };
  }
  if (type === "boolean") return { ...base, kind: "boolean" };
  if (type === "integer" || type === "number") {
    const min = numberOf(schema["minimum"] ?? schema["exclusiveMinimum"]);
    return {
      ...base,
      kind: "number",
      isInteger: type === "integer",
      ...{ min, max: numberOf(schema["maximum"]) },
    };
  }
  if (type === "string") {
    return { ...base, kind: "text", isLong: (numberOf(schema["maxLength"]) ?? 0) > longText };
  }
  if (type === "array" && isObject(items) && items["type"] === "string") {
    return { ...base, kind: "texts" };
  }
  return { ...base, kind: "json" };
}

/** The schema of what stands at a place; undefined where the root has no such place. */
export function schemaAt(path: SpecPath): JsonObject | undefined {
  let here: JsonObject | undefined = root;
  for (const key of path) {
    const next: Json | undefined = here && propertiesOf(here)[key];
    here = isObject(next) ? next : undefined;
  }
  return here;
}

function propertiesOf(schema: JsonObject): JsonObject {
  return isObject(schema["properties"]) ? schema["properties"] : {};
}

/** `maxPlanSteps` as `Max plan steps`. */
function wordsOf(key: string): string {
  const words = key.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function numberOf(value: Json | undefined): number | undefined {
  return typeof value === "number" && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : undefined;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
