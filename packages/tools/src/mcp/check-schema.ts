import { FlotillaError, type Json, type JsonObject } from "@flotilla/core";
import type { Judge } from "../json-schema.ts";

const judges = new WeakMap<JsonObject, Judge>();

/**
 * What is wrong with a value by a server's schema; nothing where it fits. The library is loaded when it is first needed. Throws
 * `tool_failed` for a schema that is none.
 */
export async function schemaProblems(schema: JsonObject, value: Json): Promise<string[]> {
  const judge = judges.get(schema) ?? (await compile(schema));
  return judge(value);
}

async function compile(schema: JsonObject): Promise<Judge> {
  const { judgeOfStranger } = await import("../json-schema.ts");
  try {
    const judge = judgeOfStranger(schema);
    judges.set(schema, judge);
    return judge;
  } catch (error) {
    const message = `A schema of the server is none: ${(error as Error).message}.`;
    throw new FlotillaError("tool_failed", message, { cause: error });
  }
}
