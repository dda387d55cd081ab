import { FlotillaError } from "@flotilla/core";
import type { OpenApiDocument } from "./document.ts";

const remedy =
  "Correct the document, or name another one in tools.openapi; what others refer to must be bundled into one file.";

/**
 * A document in JSON or YAML, of Swagger 2.0 or OpenAPI 3.0 or 3.1, as OpenAPI 3.1. Throws `config_invalid` naming the
 * document and what is wrong with it. References to other documents are refused: nothing is fetched for them.
 */
export async function parseDocument(name: string, text: string): Promise<OpenApiDocument> {
  const broken = (problem: string, cause?: unknown) =>
    new FlotillaError("config_invalid", `The OpenAPI document ${name} cannot be used: ${problem}`, {
      remedy,
      cause,
    });
  const { parse } = await import("yaml");
  let value: unknown;
  try {
    value = text.trimStart().startsWith("{") ? JSON.parse(text) : parse(text);
  } catch (cause) {
    throw broken(`it is neither JSON nor YAML: ${(cause as Error).message}`, cause);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw broken("it is no object");
  }
  const other = otherDocument(value);
  if (other !== undefined) throw broken(`it refers to another document, ${JSON.stringify(other)}`);
  const { Validator } = await import("@seriousme/openapi-schema-validator");
  const { valid, errors } = await new Validator().validate(structuredClone(value) as JsonRecord);
  if (!valid) throw broken(problemsOf(errors));
  const { upgrade } = await import("@scalar/openapi-upgrader");
  return upgrade(value, "3.1") as unknown as OpenApiDocument;
}

type JsonRecord = Record<string, unknown>;

/** The first reference that leaves the document. Iterative: documents are deep. */
function otherDocument(document: object): string | undefined {
  const seen = new Set<object>();
  const open: object[] = [document];
  for (let node = open.pop(); node; node = open.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    const { $ref } = node as { $ref?: unknown };
    if (typeof $ref === "string" && !$ref.startsWith("#")) return $ref;
    for (const child of Object.values(node) as unknown[]) {
      if (typeof child === "object" && child !== null) open.push(child);
    }
  }
  return undefined;
}

function problemsOf(
  errors: string | { instancePath: string; message?: string }[] | undefined,
): string {
  if (typeof errors === "string") return errors;
  const all = (errors ?? []).map(
    ({ instancePath, message }) => `${instancePath || "the document"} ${message ?? "is not valid"}`,
  );
  // The last ones are about the whole, the first ones about the place.
  return [...new Set(all)].slice(0, 3).join("; ") || "it is not of the OpenAPI schema";
}
