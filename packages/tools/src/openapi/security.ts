import { placeholderOf } from "@flotilla/core";
import type { CallPlan } from "./call-plan.ts";
import type {
  OpenApiDocument,
  Operation,
  SecurityRequirement,
  SecurityScheme,
} from "./document.ts";
import { resolve } from "./resolve.ts";

type Secrets = Pick<CallPlan, "secretHeaders" | "secretQuery">;

/**
 * What is sent to be let in: for the first of the operation's alternatives whose schemes all have a credential, each as a
 * placeholder. An operation that asks for nothing is sent nothing. `problem`: there is no credential for it.
 */
export function secretsOf(
  document: OpenApiDocument,
  operation: Operation,
  credentials: Readonly<Record<string, string>>,
): Secrets | { problem: string } {
  const alternatives = operation.security ?? document.security ?? [];
  const known = alternatives.find((one) => {
    const schemes = Object.keys(one);
    return schemes.length > 0 && schemes.every((name) => credentials[name] !== undefined);
  });
  if (known) return placed(document, known, credentials);
  if (alternatives.length === 0 || alternatives.some((one) => Object.keys(one).length === 0)) {
    return { secretHeaders: {}, secretQuery: {} };
  }
  const names = alternatives.map((one) => Object.keys(one).join(" with "));
  return { problem: `there is no credential for its security scheme ${names.join(" or ")}` };
}

function placed(
  document: OpenApiDocument,
  requirement: SecurityRequirement,
  credentials: Readonly<Record<string, string>>,
): Secrets | { problem: string } {
  const secretHeaders: Record<string, string> = {};
  const secretQuery: Record<string, string> = {};
  for (const name of Object.keys(requirement)) {
    const scheme = resolve<SecurityScheme>(
      document,
      document.components?.securitySchemes?.[name] as SecurityScheme,
    );
    const placeholder = placeholderOf(credentials[name] ?? "");
    if (!scheme) return { problem: `its security scheme ${name} is not described` };
    if (scheme.type === "apiKey") {
      if (scheme.in === "header") secretHeaders[scheme.name.toLowerCase()] = placeholder;
      else if (scheme.in === "query") secretQuery[scheme.name] = placeholder;
      else secretHeaders.cookie = `${scheme.name}=${placeholder}`;
    } else if (scheme.type === "mutualTLS") {
      return { problem: `its security scheme ${name} is a client's certificate` };
    } else {
      const isBasic = scheme.type === "http" && scheme.scheme.toLowerCase() === "basic";
      secretHeaders.authorization = `${isBasic ? "Basic" : "Bearer"} ${placeholder}`;
    }
  }
  return { secretHeaders, secretQuery };
}
