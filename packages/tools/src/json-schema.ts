import type { Json, JsonObject } from "@flotilla/core";
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";

const options = { allErrors: true, strict: false, logger: false, validateFormats: false } as const;
const ajv = new Ajv2020(options);

/** Tells what is wrong with a value, for people and models; nothing where it fits. */
export type Judge = (value: Json) => string[];

const most = 10;

/** What judges values by a JSON Schema (2020-12). Throws when the schema is none. */
export function judgeOf(schema: JsonObject): Judge {
  return judgeBy(ajv.compile(schema));
}

/** The same for a schema of strangers: the names that it gives, and what is kept of it, are its own. */
export function judgeOfStranger(schema: JsonObject): Judge {
  return judgeBy(new Ajv2020(options).compile(schema));
}

function judgeBy(validate: ValidateFunction): Judge {
  return (value) => {
    if (validate(value)) return [];
    return (validate.errors ?? []).slice(0, most).map(problemOf);
  };
}

function problemOf({ instancePath, keyword, message, params }: ErrorObject): string {
  const unknown: unknown = params["additionalProperty"];
  const field = typeof unknown === "string" ? ` (${JSON.stringify(unknown)})` : "";
  const place = instancePath.slice(1).replaceAll("/", ".");
  return `${place ? `${place}: ` : ""}${message ?? keyword}${field}`;
}
