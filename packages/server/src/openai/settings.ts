import type { JsonObject, ModelSettings, RunRequest } from "@flotilla/core";
import { z } from "zod";
import { unsupported } from "./error.ts";

/** Everything that is refused when it is given: an agent could not heed it. */
export function refuse(body: Record<string, unknown>, why: Readonly<Record<string, string>>): void {
  for (const [name, reason] of Object.entries(why)) {
    const value = body[name];
    const isGiven = value !== undefined && value !== null && value !== false && value !== 0;
    if (isGiven && !(Array.isArray(value) && value.length === 0)) throw unsupported(name, reason);
  }
}

const efforts = ["minimal", "low", "medium", "high"] as const;

export const effortSchema = z.string().nullish();

export function effortOf(param: string, effort: string | null | undefined): ModelSettings {
  if (effort === undefined || effort === null) return {};
  const known = efforts.find((one) => one === effort);
  if (known) return { reasoningEffort: known };
  throw unsupported(param, `takes ${efforts.join(", ")}, not ${effort.slice(0, 50)}.`);
}

/** The settings that were given, under our names. */
export function settingsOf(given: {
  temperature?: number | null | undefined;
  top_p?: number | null | undefined;
  seed?: number | null | undefined;
  stop?: string | string[] | null | undefined;
  maxOutputTokens?: number | null | undefined;
}): ModelSettings {
  const { temperature, top_p: topP, seed, stop, maxOutputTokens } = given;
  const stops = typeof stop === "string" ? [stop] : stop;
  return {
    ...(temperature != null && { temperature }),
    ...(topP != null && topP > 0 && { topP }),
    ...(seed != null && { seed }),
    ...(stops && stops.length > 0 && { stop: stops }),
    ...(maxOutputTokens != null && { maxOutputTokens }),
  };
}

export const functionSchema = z.looseObject({
  name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/, "use 1 to 64 letters, digits, _ and -"),
  description: z.string().max(10_000).nullish(),
  parameters: z.record(z.string(), z.unknown()).nullish(),
});

/** The caller's tools, none where it wants none called. Throws for a choice that cannot be enforced. */
export function toolsOf(
  functions: z.infer<typeof functionSchema>[],
  choice: unknown,
): RunRequest["tools"] {
  if (choice === "none" || functions.length === 0) return undefined;
  if (choice !== undefined && choice !== null && choice !== "auto") {
    throw unsupported("tool_choice", "takes auto and none: an agent decides by itself.");
  }
  const names = functions.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw unsupported("tools", `there are two of the name ${twice}.`);
  return functions.map(({ name, description, parameters }) => ({
    name,
    description: description ?? "",
    input: (parameters ?? { type: "object", properties: {} }) as JsonObject,
  }));
}

export const formatSchema = z.looseObject({
  type: z.string(),
  schema: z.record(z.string(), z.unknown()).optional(),
});

/** The JSON Schema that the answer has to fit; undefined for text. */
export function outputOf(
  param: string,
  format: z.infer<typeof formatSchema> | null | undefined,
): JsonObject | undefined {
  switch (format?.type) {
    case undefined:
    case "text":
      return undefined;
    case "json_object":
      return { type: "object" };
    case "json_schema":
      if (format.schema) return format.schema as JsonObject;
      throw unsupported(param, "json_schema needs a schema.");
    default:
      throw unsupported(param, "takes text, json_object and json_schema.");
  }
}

export const metadataSchema = z.record(z.string().max(64), z.string().max(512)).nullish();
